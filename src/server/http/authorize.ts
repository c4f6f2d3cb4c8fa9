import type { Context } from 'hono';
import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import type { Session } from '../engine/sessions.ts';
import type { AccessClaims } from '../tokens/access-claims.ts';
import { demand } from './limits.ts';
import { noteFacts } from './observer.ts';
import { Refusal } from './refusal.ts';
import type { Service } from './service.ts';

/** Who asks: a verified access token, and its session, alive a moment ago. */
export interface Access {
  claims: AccessClaims;
  session: Session;
}

const algs = 'ES256 Ed25519 EdDSA';

/**
 * Lets a request through that carries a good access token of a live session (RFC 6750, RFC 9449 section 7).
 *
 * @throws Refusal 401 with `WWW-Authenticate`, and a `code` that says whether a refresh can help
 */
export async function authorize(service: Service, c: Context): Promise<Access> {
  const header = c.req.header('authorization') ?? '';
  try {
    const claims = await checkedToken(service, c, header);
    const session = await liveSession(service, claims);
    noteFacts(c, { sessionId: session.id, userId: session.userId });
    return { claims, session };
  } catch (error) {
    throw isSessionError(error) ? withChallenge(error, header) : error;
  }
}

/**
 * The same for a request that changes something: counted by session.
 *
 * @throws Refusal also `rate_limited`
 */
export async function authorizeWrite(service: Service, c: Context): Promise<Access> {
  const access = await authorize(service, c);
  demand(service.limits.writePerSession.take(access.session.id));
  return access;
}

async function checkedToken(service: Service, c: Context, header: string): Promise<AccessClaims> {
  const space = header.indexOf(' ');
  const scheme = header.slice(0, space).toLowerCase();
  const token = header.slice(space + 1).trim();
  if ((scheme !== 'bearer' && scheme !== 'dpop') || token === '')
    throw new SessionError('unauthenticated', 'Sign in: the request carries no access token.');
  const claims = await service.tokens.verify(token);
  const bound = claims.cnf?.jkt;
  // A bound token sent as Bearer is what a thief without the key would try.
  if (scheme !== (bound === undefined ? 'bearer' : 'dpop'))
    throw new SessionError(
      'invalid_token',
      'A bound access token is sent with the scheme DPoP, any other with Bearer.',
    );
  if (bound === undefined) return claims;
  const proven = await service.proofs.check(c, { accessToken: token });
  if (proven !== bound)
    throw new SessionError('invalid_dpop_proof', 'The access token is bound to a key; send a DPoP proof made with it.');
  return claims;
}

async function liveSession({ sessions }: Service, claims: AccessClaims): Promise<Session> {
  const check = await sessions.check(claims.sid, claims.session_stamp);
  if (check.ok) return check.session;
  if (check.why === 'claims_stale')
    throw new SessionError('claims_stale', 'The access token is out of date; refresh it.');
  throw sessionEnded(check.reason);
}

/** The one error for a session that is over. */
function sessionEnded(reason: string): SessionError {
  return new SessionError('session_ended', 'The session is over; sign in again.', { status: 401, reason });
}

const tokenErrors = new Set(['invalid_token', 'token_expired', 'claims_stale', 'session_ended']);

function withChallenge(error: SessionError, header: string): SessionError {
  const challenge = challengeFor(error.code, header.toLowerCase().startsWith('dpop '));
  if (challenge === null) return error;
  const { message, reason } = error;
  const headers = { ...(error instanceof Refusal ? error.headers : {}), 'WWW-Authenticate': challenge };
  return new Refusal(error.code, message, { status: 401, cause: error, headers, ...(reason ? { reason } : {}) });
}

function challengeFor(code: string, isDpop: boolean): string | null {
  if (code === 'unauthenticated') return `Bearer, DPoP algs="${algs}"`;
  if (code === 'invalid_dpop_proof' || code === 'use_dpop_nonce') return `DPoP error="${code}", algs="${algs}"`;
  if (!tokenErrors.has(code)) return null;
  return isDpop ? `DPoP error="invalid_token", algs="${algs}"` : 'Bearer error="invalid_token"';
}
