import type { Context } from 'hono';
import { clearedCookie, readRefreshCookies } from './refresh-cookie.ts';
import type { Service } from './service.ts';

/** Nobody has so many sessions in one browser: the rest is looked at the next time. */
const mostLookedAt = 16;

/** Ends the cookies of sessions that are over. Those of sessions that live, somebody else's perhaps, stay. */
export async function clearSpentCookies(
  { cookieMode, sessions }: Service,
  c: Context,
  answer: Response,
): Promise<Response> {
  if (!cookieMode) return answer;
  for (const cookie of readRefreshCookies(c).slice(0, mostLookedAt)) {
    if ((await sessions.get(cookie.sessionId)) !== null) continue;
    answer.headers.append('Set-Cookie', clearedCookie(cookie));
    // Cached answers only: `"storage"` would take the client's tombstone and outbox, `"cookies"` those of every app on the
    // host, and perhaps the next sign-in's.
    answer.headers.set('Clear-Site-Data', '"cache"');
  }
  return answer;
}
