import { jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import { SessionError } from '../../protocol/session-error.ts';
import type { DpopNonces } from './dpop-nonces.ts';
import { proofAlgorithms, type ProofKeys } from './proof-keys.ts';
import type { ReplayGuard } from './replay-guard.ts';
import { sha256 } from './sha256.ts';

/** The request that a proof is held against. */
export interface ProvenRequest {
  method: string;
  /** Query and fragment do not count (RFC 9449 section 4.3, check 9). */
  url: string;
  /** Goes with the proof: its hash must be in `ath`. */
  accessToken?: string;
  /** Claims of ours that tie the proof to the body of a token request. Null: it may be absent, but not differ. */
  claims?: { idk?: string; rth?: string };
  /** Whether `claims` must all be there. */
  demandClaims?: boolean;
}

/** What a server brings to the check of proofs. */
export interface ProofRules {
  keys: ProofKeys;
  now: number;
  /** Absent: the age of a proof is judged by its `iat` alone. */
  nonces?: DpopNonces;
  /** Every proof must carry a nonce, not only those of clients whose clock is wrong. */
  demandNonce?: boolean;
  /** Absent: a proof can be replayed within its minute. */
  replays?: ReplayGuard;
}

const longestProof = 4096;
const longestId = 256;
const pastMs = 60_000;
const futureMs = 15_000;

/**
 * The twelve checks of RFC 9449 section 4.3. Answers the thumbprint of the key that proved itself.
 *
 * @throws SessionError `invalid_dpop_proof`, or `use_dpop_nonce` when the same proof with a fresh nonce would do
 */
export async function checkDpopProof(proof: string, request: ProvenRequest, rules: ProofRules): Promise<string> {
  // Two DPoP headers (check 1) arrive joined by a comma, which is no JWT.
  if (proof.length > longestProof) throw invalidProof('it is too long');
  const { payload, thumbprint } = await verified(proof, rules);
  if (typeof payload.jti !== 'string' || payload.jti.length === 0 || payload.jti.length > longestId)
    throw invalidProof('`jti` is missing or malformed');
  if (payload['htm'] !== request.method) throw invalidProof('`htm` is not the method of this request');
  if (!isSameUrl(payload['htu'], request.url))
    throw invalidProof(`\`htu\` is not the URL of this request at ${originOf(request.url)}`);
  checkClaims(payload, request);
  if (request.accessToken !== undefined && payload['ath'] !== (await sha256(request.accessToken)))
    throw invalidProof('`ath` is not the hash of the access token');
  await checkAge(payload, rules);
  if (rules.replays && !(await rules.replays.isFirstUse(`${thumbprint}.${payload.jti}`, rules.now)))
    throw invalidProof('it was used before; make one for each request');
  return thumbprint;
}

async function verified(proof: string, rules: ProofRules): Promise<{ payload: JWTPayload; thumbprint: string }> {
  let thumbprint = '';
  try {
    const { payload } = await jwtVerify(
      proof,
      async (header): Promise<CryptoKey> => {
        const proofKey = await rules.keys(header);
        thumbprint = proofKey.thumbprint;
        return proofKey.key;
      },
      {
        typ: 'dpop+jwt',
        algorithms: proofAlgorithms,
        requiredClaims: ['jti', 'htm', 'htu', 'iat'],
        currentDate: new Date(rules.now),
      },
    );
    return { payload, thumbprint };
  } catch (cause) {
    throw invalidProof(
      'it is not a JWT of type `dpop+jwt`, signed by the public key in its header, with all claims',
      cause,
    );
  }
}

function checkClaims(payload: JWTPayload, request: ProvenRequest): void {
  for (const [name, expected] of Object.entries(request.claims ?? {})) {
    const isAbsent = payload[name] === undefined && request.demandClaims !== true;
    if (!isAbsent && payload[name] !== expected) throw invalidProof(`\`${name}\` does not match the request`);
  }
}

async function checkAge({ iat, nonce }: JWTPayload, { now, nonces, demandNonce }: ProofRules): Promise<void> {
  if (nonces && nonce !== undefined) {
    if (typeof nonce !== 'string' || !(await nonces.accepts(nonce)))
      throw useNonce('The nonce of the DPoP proof is not one of ours, or too old');
    return;
  }
  if (nonces && demandNonce) throw useNonce('The DPoP proof must carry a nonce');
  const issuedAt = typeof iat === 'number' ? iat * 1000 : Number.NaN;
  if (issuedAt >= now - pastMs && issuedAt <= now + futureMs) return;
  // A wrong clock is not a wrong key: a nonce carries our time, so the client's does not matter any more.
  if (nonces && Number.isFinite(issuedAt)) throw useNonce('The DPoP proof is too old, or from the future');
  throw invalidProof('`iat` is too far from now');
}

function isSameUrl(htu: unknown, url: string): boolean {
  if (typeof htu !== 'string') return false;
  if (htu === url) return true;
  if (!URL.canParse(htu) || !URL.canParse(url)) return false;
  const [a, b] = [new URL(htu), new URL(url)];
  return a.origin === b.origin && a.pathname === b.pathname;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'this server';
}

function invalidProof(why: string, cause?: unknown): SessionError {
  const message = `The DPoP proof is not accepted: ${why}.`;
  return new SessionError('invalid_dpop_proof', message, cause === undefined ? {} : { cause });
}

function useNonce(why: string): SessionError {
  return new SessionError('use_dpop_nonce', `${why}; send a new proof with the nonce in the DPoP-Nonce header.`);
}
