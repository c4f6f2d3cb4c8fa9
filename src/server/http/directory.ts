import { userSchema, type User } from '../../protocol/session-view.ts';
import type { JsonObject } from '../engine/json.ts';
import type { CreateSession } from '../engine/session.ts';

/** What is known of a sign-in besides the credentials. */
export interface SignInContext {
  /** Network address, when the server was told how to find it. */
  address: string | null;
  headers: Headers;
}

/** What an app may say of a session that a sign-in begins. */
export type SessionWishes = Omit<CreateSession, 'userId' | 'id' | 'remember' | 'device' | 'keyThumbprint'>;

/** Who people are. The app's own business: a session server keeps sessions, not accounts. */
export interface Directory {
  /**
   * Who these credentials are, or null when they are wrong. Take the same time for unknown accounts as for wrong passwords
   * (hash something either way), or the time tells which accounts exist.
   */
  authenticate: (credentials: JsonObject, context: SignInContext) => User | null | Promise<User | null>;
  /**
   * What else a new session is made of: its type, data, lives. What the person's client sent (whether to remember, the device,
   * the key) stays as it is. Default: nothing.
   */
  newSession?: (user: User, context: SignInContext) => SessionWishes | Promise<SessionWishes>;
  /** Asked at every refresh, so that changed names and roles reach the client. Null ends the session: the account is gone. */
  findUser?: (userId: string) => User | null | Promise<User | null>;
}

/**
 * Who a user is by now: undefined when the directory is not asked, null when the account is gone.
 *
 * @throws Error when the directory answers somebody else: a client would take it for another person's sign-in
 */
export async function currentUser({ findUser }: Directory, userId: string): Promise<User | null | undefined> {
  if (!findUser) return undefined;
  const found = await findUser(userId);
  if (found === null) return null;
  const user = userSchema.parse(found);
  if (user.id !== userId) throw new Error('findUser answered another user than the one asked for.');
  return user;
}
