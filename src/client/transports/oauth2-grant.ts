import type { Grant } from '../core/transport.ts';
import { isHeaderToken } from '../../protocol/header-token.ts';

/** What the grant of a stranger's server is made with, besides its answer. */
export interface Known {
  /** Kept when the answer brings none: the server does not rotate (RFC 6749 section 6). */
  refreshToken: string | null;
  /** Null for a first grant: made up from the tokens. */
  sessionId: string | null;
  generation: number;
  /** The server's clock, when it tells it. */
  serverTime: number | null;
  /** This machine's clock. */
  now: number;
  /** Whether the server takes refresh tokens back (RFC 7009). */
  revocable: boolean;
}

const longestToken = 16_384;

/** The grant in a token response (RFC 6749 section 5.1), or null when it is none. */
export function oauth2Grant(json: unknown, known: Known): Grant | null {
  const answer = isObject(json) ? json : {};
  const accessToken = tokenIn(answer['access_token']);
  const refreshToken = tokenIn(answer['refresh_token']) ?? known.refreshToken;
  const tokenType = tokenTypeIn(answer['token_type'] ?? 'bearer');
  if (!accessToken || !isHeaderToken(accessToken) || !tokenType) return null;
  const lifeMs = lifeIn(answer['expires_in'], accessToken, known);
  if (lifeMs === undefined) return null;
  return {
    sessionId: known.sessionId ?? `oauth2_${fingerprint(refreshToken ?? accessToken)}`,
    generation: known.generation,
    accessToken,
    tokenType,
    refreshToken,
    revocationToken: known.revocable ? refreshToken : null,
    lifeMs,
    serverTime: known.serverTime,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function tokenIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= longestToken ? value : null;
}

/** Compared without regard to case (RFC 6749 section 5.1). One that we do not know cannot be used (section 7.1). */
function tokenTypeIn(value: unknown): Grant['tokenType'] | undefined {
  return (['Bearer', 'DPoP'] as const).find(
    (type) => typeof value === 'string' && type.toLowerCase() === value.toLowerCase(),
  );
}

/**
 * `expires_in` (RFC 6749 section 5.1), which some servers write as a string. Left out (or a number that JSON cannot write), the
 * life is what a JWT tells of itself, or not known (null). Undefined where it is zero, less or no number: for want of a life such
 * a token must not be taken for one that lasts.
 */
function lifeIn(expiresIn: unknown, accessToken: string, known: Known): number | null | undefined {
  const isTold = typeof expiresIn === 'number' ? Number.isFinite(expiresIn) : (expiresIn ?? null) !== null;
  if (!isTold) return jwtLifeMs(accessToken, known);
  const lifeMs = Number(expiresIn) * 1000;
  return lifeMs > 0 ? lifeMs : undefined;
}

/** The life that a JWT tells of itself. By its own `iat` if nobody knows the server's clock: ours may be wrong by years. */
function jwtLifeMs(accessToken: string, { serverTime, now }: Known): number | null {
  try {
    const payload = accessToken.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const { exp, iat } = JSON.parse(atob(payload)) as { exp?: unknown; iat?: unknown };
    const issuedAt = typeof iat === 'number' ? iat * 1000 : now;
    return typeof exp === 'number' ? positive(exp * 1000 - (serverTime ?? issuedAt)) : null;
  } catch {
    return null;
  }
}

function positive(ms: number): number | null {
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

/**
 * Names the session of a server that does not name its sessions. The same tokens always give the same name, so adopting them
 * again (a page that hands them over at each load) is recognised, and the newer generation stays. 64 bits of a hash tell
 * nothing useful of a secret that is longer than that.
 */
function fingerprint(secret: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < secret.length; i++) {
    const unit = secret.charCodeAt(i);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ (b >>> 13);
  b = Math.imul(b ^ (b >>> 16), 3_266_489_909) ^ (a >>> 13);
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
