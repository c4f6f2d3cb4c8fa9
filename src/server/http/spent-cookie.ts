import type { Context } from 'hono';
import { clearedCookie, readRefreshCookie } from './refresh-cookie.ts';
import type { Service } from './service.ts';
import { sessionIdOf } from './token-session.ts';

/**
 * After a sign-out: headers that end the cookie, if its session is over. A revocation may come late, from the outbox, or
 * from a tab of somebody else, when another person is signed in by now: that one's cookie stays.
 */
export async function clearSpentCookie({ cookieMode, sessions }: Service, c: Context): Promise<Record<string, string>> {
  if (!cookieMode) return {};
  const cookie = readRefreshCookie(c);
  const id = cookie === null ? null : sessionIdOf(cookie);
  return id === null || (await sessions.get(id)) === null ? clearedCookie() : {};
}
