import { isSessionError } from 'sojourn/protocol';
import type { Session, Sessions } from 'sojourn/server';
import type { JsonObject, JsonValue } from '../../../src/server/engine/json.ts';

/** What apps that keep sessions as plain keys write by hand, in operations of the engine. */
export interface Patterns {
  createSession(userId: string, data: JsonObject): Promise<string>;
  getSession(id: string): Promise<Session | null>;
  /** Changes data, and begins the hour anew. */
  updateSession(id: string, updates: JsonObject): Promise<Session>;
  /** False for a session that is not there. */
  extendSession(id: string): Promise<boolean>;
  deleteSession(id: string): Promise<void>;
  login(email: string, password: string): Promise<string>;
  /** Begins the hour anew with every look. */
  getSessionWithSliding(id: string): Promise<Session | null>;
  addToCart(id: string, item: JsonValue): Promise<JsonValue>;
  logoutAllDevices(userId: string): Promise<number>;
  createRememberMeToken(userId: string): Promise<string>;
  loginWithRememberMe(token: string): Promise<{ sessionId: string; nextToken: string } | null>;
  trackActivity(id: string, action: string): Promise<Session | undefined>;
  cleanupExpiredSessions(userId: string): Promise<number>;
}

/** Who may sign in: the one answer to a right password. */
export type VerifyCredentials = (
  email: string,
  password: string,
) => Promise<{ id: string; email: string; name: string; role: string } | null>;

export function createPatterns(sessions: Sessions, verifyCredentials: VerifyCredentials): Patterns {
  async function createSession(userId: string, data: JsonObject): Promise<string> {
    return (await sessions.create({ userId, data })).session.id;
  }

  return {
    createSession,
    getSession: (id) => sessions.get(id),
    updateSession: async (id, updates) => {
      await sessions.data.update(id, updates);
      return (await sessions.extend(id)).session;
    },
    extendSession: async (id) => (await unlessGone(sessions.extend(id))) !== undefined,
    deleteSession: async (id) => {
      await sessions.revoke(id, 'signed_out_elsewhere');
    },
    login: async (email, password) => {
      const user = await verifyCredentials(email, password);
      if (!user) throw new Error('Invalid credentials');
      return createSession(user.id, { email: user.email, name: user.name, role: user.role });
    },
    getSessionWithSliding: async (id) => (await unlessGone(sessions.touch(id))) ?? null,
    addToCart: (id, item) =>
      sessions.scoped.mutate(id, 'cart', (cart) => [...(Array.isArray(cart) ? cart : []), item], { life: '24h' }),
    logoutAllDevices: async (userId) => (await sessions.revokeAll(userId)).count,
    createRememberMeToken: (userId) => sessions.remember.issue(userId),
    loginWithRememberMe: async (token) => {
      const redeemed = await sessions.remember.redeem(token);
      return redeemed && { sessionId: redeemed.session.session.id, nextToken: redeemed.rememberToken };
    },
    trackActivity: (id, action) => unlessGone(sessions.touch(id, action)),
    cleanupExpiredSessions: (userId) => sessions.sweepUser(userId),
  };
}

/** Silence where there is no such session, or none any more. */
async function unlessGone<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change;
  } catch (error) {
    if (isSessionError(error) && (error.code === 'session_not_found' || error.code === 'session_ended'))
      return undefined;
    throw error;
  }
}
