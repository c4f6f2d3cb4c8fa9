import type { Context } from 'hono';
import { generateCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';
import type { Session } from '../engine/sessions.ts';
import { sha256 } from '../tokens/sha256.ts';
import { sessionIdOf } from './token-session.ts';

/**
 * The cookies that hold refresh tokens in cookie mode. Scripts cannot read them, no other host and no plain-http page can
 * set them (the prefix, draft-ietf-httpbis-layered-cookies), and no request of another site carries them.
 *
 * Each session has a cookie of its own name. With one name for all, an answer that comes late (a refresh that was under way
 * while somebody signed in) would put the old session's token in the place of the new one's, which nobody could get back.
 */
const cookieName = '__Host-Http-rt';

const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } as const;
/** Browsers keep no cookie for longer (RFC 6265bis section 5.5). */
const longestSeconds = 34_560_000;
const longestValue = 512;
/** Of the session id: 64 bits that differ between the sessions of a browser. */
const suffixLength = 11;
/** Of the hash of a place: enough for the few places of one browser. */
const placeLength = 8;

/** A refresh token as it came in a cookie. Whether it is genuine, nobody has looked yet. */
export interface RefreshCookie {
  name: string;
  refreshToken: string;
  sessionId: string;
  /** Where in the browser its session is held, see {@link placeOf}; null when its sign-in did not say. */
  place: string | null;
}

/** The refresh tokens in the cookies of a request. */
export function readRefreshCookies(c: Context): RefreshCookie[] {
  return refreshCookiesIn(c.req.header('cookie') ?? '');
}

/** The refresh tokens in a `Cookie` header. */
export function refreshCookiesIn(header: string): RefreshCookie[] {
  return Object.entries(parse(header)).flatMap(([name, refreshToken]) => {
    if (name !== cookieName && !name.startsWith(`${cookieName}-`)) return [];
    const sessionId = refreshToken.length <= longestValue ? sessionIdOf(refreshToken) : null;
    return sessionId === null ? [] : [{ name, refreshToken, sessionId, place: /\.(.+)$/.exec(name)?.[1] ?? null }];
  });
}

/** The cookie of the session that the request names; where it names none, of the only session there is. */
export function readRefreshCookie(c: Context, sessionId: string | null): RefreshCookie | null {
  const found = readRefreshCookies(c);
  if (sessionId !== null) return found.find((cookie) => cookie.sessionId === sessionId) ?? null;
  return found.length === 1 ? (found[0] ?? null) : null;
}

/**
 * The place that a sign-in names: one of an origin, which holds one session at a time. Two apps, or two managers of one app with
 * names of their own, are two places; the same person may be signed in at both.
 */
export async function placeOf(c: Context, name: string): Promise<string> {
  return (await sha256(`${c.req.header('origin') ?? ''}\0${name}`)).slice(0, placeLength);
}

/** `Set-Cookie` for a session's current refresh token: until the browser closes, or to its end when it is remembered. */
export function refreshCookie(
  session: Session,
  refreshToken: string,
  { now, place }: { now: number; place: string | null },
): string {
  const endsAt = session.absoluteEndsAt ?? Infinity;
  const maxAge = Math.min(longestSeconds, Math.floor((endsAt - now) / 1000));
  const name = `${cookieName}-${session.id.slice(-suffixLength)}${place === null ? '' : `.${place}`}`;
  return generateCookie(name, refreshToken, { ...attributes, ...(session.remembered ? { maxAge } : {}) });
}

/** `Set-Cookie` that ends a cookie. */
export function clearedCookie({ name }: RefreshCookie): string {
  return generateCookie(name, '', { ...attributes, maxAge: 0 });
}
