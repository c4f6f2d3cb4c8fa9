import type { Context } from 'hono';
import { generateCookie, getCookie } from 'hono/cookie';
import type { Session } from '../engine/sessions.ts';

/**
 * The cookie that holds the refresh token in cookie mode. Scripts cannot read it, no other host and no plain-http page can
 * set it (the prefix, draft-ietf-httpbis-layered-cookies), and no request of another site carries it.
 */
const refreshCookieName = '__Host-Http-rt';

const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } as const;
/** Browsers keep no cookie for longer (RFC 6265bis section 5.5). */
const longestSeconds = 34_560_000;
const longestValue = 512;

/** The refresh token in the cookie of a request, or null. */
export function readRefreshCookie(c: Context): string | null {
  const value = getCookie(c, refreshCookieName);
  return value && value.length <= longestValue ? value : null;
}

/** `Set-Cookie` for a session's current refresh token: until the browser closes, or to its end when it is remembered. */
export function refreshCookie(session: Session, refreshToken: string, now: number): string {
  const endsAt = session.absoluteEndsAt ?? Infinity;
  const maxAge = Math.min(longestSeconds, Math.floor((endsAt - now) / 1000));
  return generateCookie(refreshCookieName, refreshToken, { ...attributes, ...(session.remembered ? { maxAge } : {}) });
}

/**
 * Headers that end the cookie. `Clear-Site-Data` drops cached answers only: with `"storage"` it would take the client's
 * tombstone and outbox, with `"cookies"` those of every app on the host, and perhaps the next sign-in's.
 */
export function clearedCookie(): Record<string, string> {
  return {
    'Set-Cookie': generateCookie(refreshCookieName, '', { ...attributes, maxAge: 0 }),
    'Clear-Site-Data': '"cache"',
  };
}
