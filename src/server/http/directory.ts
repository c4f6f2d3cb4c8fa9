import { userSchema, type User } from '../../protocol/session-view.ts';
import type { JsonObject } from '../engine/json.ts';
import type { CreateSession, Session } from '../engine/session.ts';

/** What is known of a sign-in besides the credentials. */
export interface SignInContext {
  /** Network address, when the server was told how to find it. */
  address: string | null;
  headers: Headers;
  /** Id of the user who is signed in and proves again who they are; null at a sign-in. The credentials may then be a password alone. */
  signedIn: string | null;
}

/** A user, and how they proved who they are. */
export interface Authenticated {
  user: User;
  /** `acr` of RFC 9470, in the app's words (`'mfa'`): it goes into access tokens, and `demandStepUp` can ask for it. */
  acr?: string | null;
}

/** What an app may say of a session that a sign-in begins. */
export type SessionWishes = Omit<CreateSession, 'userId' | 'id' | 'remember' | 'device' | 'keyThumbprint' | 'acr'>;

/** Who people are. The app's own business: a session server keeps sessions, not accounts. */
export interface Directory {
  /**
   * Who these credentials are, or null when they are wrong; `{ user, acr }` tells also how they proved it. Take the same time for unknown accounts as for wrong passwords
   * (hash something either way), or the time tells which accounts exist.
   */
  authenticate: (
    credentials: JsonObject,
    context: SignInContext,
  ) => User | Authenticated | null | Promise<User | Authenticated | null>;
  /**
   * What else a new session is made of: its type, data, lives. What the person's client sent (whether to remember, the device,
   * the key) stays as it is. Default: nothing.
   */
  newSession?: (user: User, context: SignInContext) => SessionWishes | Promise<SessionWishes>;
  /**
   * Claims of your own in access tokens: roles, a tenant. Asked at sign-in and at every refresh; `user` is what `authenticate`
   * or `findUser` said, and without `findUser` after the sign-in an `id` alone. At most 2048 bytes of JSON; names of ours (`sub`,
   * `sid`, `exp`, ...) are refused. `verifyAccessToken` hands them out as they were put in, for up to the life of a token.
   * Default: none.
   */
  claims?: (session: Session, user: User) => JsonObject | Promise<JsonObject>;
  /** Asked at every refresh, so that changed names and roles reach the client. Null ends all sessions of the user: the account is gone. */
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
