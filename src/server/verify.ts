import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { isSessionError, SessionError } from '../protocol/session-error.ts';
import type { AccessClaims } from './tokens/access-claims.ts';
import { createCheckedTokens } from './tokens/checked-tokens.ts';
import { DpopNonceRequired } from './tokens/dpop-nonce-required.ts';
import type { DpopNonces } from './tokens/dpop-nonces.ts';
import { checkDpopProof } from './tokens/dpop-proof.ts';
import { createProofKeys } from './tokens/proof-keys.ts';
import type { Introspection } from './tokens/introspection.ts';
import type { ReplayGuard } from './tokens/replay-guard.ts';
import { replaysOfKeys } from './tokens/replays-of-keys.ts';

export type { AccessClaims } from './tokens/access-claims.ts';
export { DpopNonceRequired } from './tokens/dpop-nonce-required.ts';
export { createDpopNonces, type DpopNonces, type DpopNoncesOptions } from './tokens/dpop-nonces.ts';
export { createIntrospection, type Introspection, type IntrospectionOptions } from './tokens/introspection.ts';
export { demandStepUp, StepUpRequired, type StepUpDemand } from './tokens/step-up.ts';
export { createRemoteJWKSet } from './tokens/remote-key-set.ts';
export { createReplayGuard, type MemoryReplayGuard, type ReplayGuard } from './tokens/replay-guard.ts';

/** What {@link verifyAccessToken} takes. */
export interface VerifyAccessTokenOptions {
  /** Keys of the session server: `createRemoteJWKSet(new URL('https://…/.well-known/jwks.json'))`, made once, or a key set. */
  jwks: JWTVerifyGetKey | JSONWebKeySet;
  /** `iss` that tokens must carry: the URL of the session server. */
  issuer: string;
  /** `aud` that tokens must carry: this API. */
  audience: string | string[];
  /** Default: `ES256` and `EdDSA`. `HS256` only for who holds the secret, and never next to the others. */
  algorithms?: string[];
  /** Clock skew allowed between the session server and this one, in milliseconds. Default: 5000. */
  toleranceMs?: number;
  /**
   * The URL that the client called, which a DPoP proof must name (query and fragment do not count). Default: `request.url`, whose
   * host is what the request itself says in `Host`. Behind a proxy, or where your server answers to any `Host`, say your origin and
   * take the rest from the request, with the path that the client called: `({ url }) => origin + new URL(url).pathname`.
   */
  url?: string | ((request: Request) => string);
  /**
   * Remembers used proofs, so that each is good once: the second request with it is `invalid_dpop_proof`, and so is the same request
   * when it is checked twice. Check it once and hand the claims on. Default: in memory, kept with `jwks`: use one `jwks` for all
   * requests (a frozen one keeps nothing beyond one verifier). For several servers: `createRedisReplayGuard`. `false`: none, and a
   * proof can be replayed within its minute.
   */
  replays?: ReplayGuard | false;
  /**
   * Gives nonces to clients whose clock is wrong, instead of refusing them for good: {@link DpopNonceRequired} is then thrown,
   * and its headers tell the nonce. Default: none, and `iat` must be right to a minute. See {@link createDpopNonces}.
   */
  nonces?: DpopNonces;
  /** Whether every proof must carry a nonce of `nonces`: then none made ahead of time is worth anything. Default: false. */
  demandNonce?: boolean;
  /** Whether only tokens that are bound to a key pass: without it, a token that was made for nobody's key is taken as it is. Default: false. */
  requireBound?: boolean;
  /**
   * Asks the session server whether the session lives, every ten seconds at most for each token ({@link createIntrospection}): what
   * was ended, or has new claims, is `invalid_token` then. Default: nobody is asked, and a token is good to its end.
   */
  introspection?: Introspection;
  /** Epoch milliseconds. Default: the machine's clock. */
  now?: () => number;
}

/** Verifies the access token of a request. */
export type AccessTokenVerifier = (request: Request) => Promise<AccessClaims>;

/**
 * Checks the access token of a request to an API, without a store and without asking the session server: signature, type,
 * issuer, audience, times (RFC 9068 section 4), and the DPoP proof when the token is bound to a key (RFC 9449 section 7).
 * A session that was ended is noticed when its token ends, at most five minutes later; with `introspection`, within ten seconds. A proof is good once (RFC 9449 section 11.1):
 * whoever checks the same request a second time gets `invalid_dpop_proof`.
 *
 * @throws SessionError `invalid_argument` at once when `jwks` is no key set, or `issuer` or `audience` is missing; for a request `unauthenticated`, `invalid_token`, `token_expired`, `invalid_dpop_proof`, with `nonces`
 *   {@link DpopNonceRequired} (all 401), or a retryable `server_error` when the keys could not be fetched or the session server not be asked
 * @example
 * ```ts
 * const jwks = createRemoteJWKSet(new URL('https://auth.example.com/.well-known/jwks.json'));
 * const claims = await verifyAccessToken(request, { jwks, issuer: 'https://auth.example.com', audience: 'https://api.example.com' });
 * ```
 */
export function verifyAccessToken(request: Request, options: VerifyAccessTokenOptions): Promise<AccessClaims> {
  return createAccessTokenVerifier(options)(request);
}

/**
 * Like {@link verifyAccessToken}, for many requests: keys are kept, and the signature of a token is checked once a minute. Once its
 * key has left the key set, it is refused within five seconds. The proof of a bound token is checked with every request.
 */
export function createAccessTokenVerifier(options: VerifyAccessTokenOptions): AccessTokenVerifier {
  const { issuer, audience, algorithms = ['ES256', 'EdDSA'], toleranceMs = 5000, now = Date.now } = options;
  const { nonces, demandNonce = false, requireBound = false, introspection } = options;
  demandNames(issuer, audience);
  const getKey = keysFrom(options.jwks);
  const replays = options.replays ?? replaysOfKeys(options.jwks);
  const keys = createProofKeys();
  const tokens = createCheckedTokens({ getKey, issuer, audience, algorithms, toleranceMs });

  async function demandLife(token: string, claims: AccessClaims): Promise<AccessClaims> {
    if (introspection && !(await introspection.isActive(token)))
      throw refused('invalid_token', 'The session is over, or it has new claims; refresh.');
    return claims;
  }

  return async (request) => {
    const { scheme, token } = credentials(request);
    const claims = await tokens.claimsOf(token, now());
    const bound = claims.cnf?.jkt;
    const proof = request.headers.get('dpop');
    if (scheme !== (bound === undefined ? 'bearer' : 'dpop'))
      throw refused('invalid_token', 'A bound token is sent with the scheme DPoP, any other with Bearer.');
    if (bound === undefined && requireBound)
      throw refused('invalid_token', 'This API takes no token that is not bound to a key (RFC 9449).');
    if (bound === undefined) return demandLife(token, claims);
    if (proof === null)
      throw refused('invalid_dpop_proof', 'The access token is bound to a key; send a DPoP proof with it.');
    const proven = { method: request.method, url: calledUrl(request, options.url), accessToken: token };
    const rules = { keys, now: now(), demandNonce, ...(replays && { replays }), ...(nonces && { nonces }) };
    const thumbprint = await checkDpopProof(proof, proven, rules).catch(async (cause: unknown) => {
      throw await proofRefusal(cause, nonces);
    });
    if (thumbprint !== bound) throw refused('invalid_dpop_proof', 'The DPoP proof is by another key than the token.');
    return demandLife(token, claims);
  };
}

function calledUrl(request: Request, url: VerifyAccessTokenOptions['url']): string {
  return typeof url === 'function' ? url(request) : (url ?? request.url);
}

/** What is undefined would not be looked at: a variable of the environment that nobody set must not let every token in. */
function demandNames(issuer: unknown, audience: unknown): void {
  const isName = (name: unknown): boolean => typeof name === 'string' && name !== '';
  if (!isName(issuer)) throw missing('issuer', 'the URL of the session server, the `iss` of its tokens');
  const audiences: unknown[] = Array.isArray(audience) ? audience : [audience];
  if (audiences.length === 0 || !audiences.every(isName)) throw missing('audience', 'the `aud` of tokens for this API');
}

function missing(name: string, what: string): SessionError {
  return new SessionError('invalid_argument', `\`${name}\` is missing. Pass ${what}, as text.`);
}

function keysFrom(jwks: VerifyAccessTokenOptions['jwks']): JWTVerifyGetKey {
  if (typeof jwks === 'function') return jwks;
  try {
    return createLocalJWKSet(jwks);
  } catch (cause) {
    const message = '`jwks` is not a key set. Pass createRemoteJWKSet(new URL(...)), or the parsed JSON of a key set.';
    throw new SessionError('invalid_argument', message, { cause });
  }
}

function credentials(request: Request): { scheme: string; token: string } {
  const match = /^(bearer|dpop) +([\w.~+/-]+=*) *$/i.exec(request.headers.get('authorization') ?? '');
  const [, scheme, token] = match ?? [];
  if (scheme === undefined || token === undefined)
    throw refused('unauthenticated', 'The request carries no access token; send Authorization: Bearer or DPoP.');
  return { scheme: scheme.toLowerCase(), token };
}

/** A guard that is away refuses nobody: its error stays what it is. */
async function proofRefusal(cause: unknown, nonces: DpopNonces | undefined): Promise<unknown> {
  if (!isSessionError(cause)) return cause;
  if (cause.code === 'use_dpop_nonce' && nonces) return new DpopNonceRequired(cause.message, await nonces.issue());
  return cause.code === 'invalid_dpop_proof' ? refused('invalid_dpop_proof', cause.message) : cause;
}

function refused(code: 'unauthenticated' | 'invalid_token' | 'invalid_dpop_proof', message: string): SessionError {
  return new SessionError(code, message, { status: 401 });
}
