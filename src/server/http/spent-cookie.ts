import type { Context } from 'hono';
import { clearedCookie, readRefreshCookies, type RefreshCookie } from './refresh-cookie.ts';
import type { Service } from './service.ts';

/** Nobody has so many sessions in one browser: the rest is looked at the next time. */
const mostLookedAt = 16;

/** The cookies of a request that are looked at. */
export function lookedAtCookies(c: Context): RefreshCookie[] {
  return readRefreshCookies(c).slice(0, mostLookedAt);
}

/**
 * Ends the sessions that the place of a sign-in held before (ASVS 7.2.4), and that its page knows nothing of: the browser lost what
 * scripts can write, and kept the cookies. The one that it `holds` is the page's to end, when the new one has arrived.
 */
export async function endForgotten(
  { sessions }: Service,
  c: Context,
  { place, holds }: { place: string; holds: string | undefined },
): Promise<void> {
  for (const cookie of lookedAtCookies(c)) {
    if (cookie.place !== place || cookie.sessionId === holds) continue;
    const session = await sessions.getByToken(cookie.refreshToken);
    if (session !== null) await sessions.revoke(session.id, 'signed_out_elsewhere');
  }
}

/** Ends the cookies of sessions that are over. Those of sessions that live, somebody else's perhaps, stay. */
export async function clearSpentCookies(
  { cookieMode, sessions }: Service,
  c: Context,
  answer: Response,
): Promise<Response> {
  if (!cookieMode) return answer;
  for (const cookie of lookedAtCookies(c)) {
    if ((await sessions.get(cookie.sessionId)) !== null) continue;
    answer.headers.append('Set-Cookie', clearedCookie(cookie));
    // Cached answers only: `"storage"` would take the client's tombstone and outbox, `"cookies"` those of every app on the
    // host, and perhaps the next sign-in's.
    answer.headers.set('Clear-Site-Data', '"cache"');
  }
  return answer;
}
