import type { Context } from 'hono';
import { isSessionError } from '../../protocol/session-error.ts';
import type { Clock } from '../engine/ports.ts';
import { checkDpopProof, type ProvenRequest } from '../tokens/dpop-proof.ts';
import { createDpopNonces } from '../tokens/dpop-nonces.ts';
import { createProofKeys } from '../tokens/proof-keys.ts';
import { createReplayGuard, type ReplayGuard } from '../tokens/replay-guard.ts';
import { badRequest, Refusal } from './refusal.ts';

/** How proofs of possession are judged. */
export interface DpopOptions {
  /**
   * Secret of the nonces, 32 bytes; servers behind one address share it. Or a function that answers several, where it changes: the
   * first one makes nonces, those of all are accepted. Default: random, for this process.
   */
  nonceSecret?: Uint8Array | (() => readonly Uint8Array[]);
  /** Whether every proof must carry a nonce. Default: only those whose `iat` is more than a minute off. */
  demandNonce?: boolean;
  /**
   * Whether nobody gets tokens without a key: a sign-in without a proof is `invalid_dpop_proof`, and both tokens are bound.
   * Sessions that a back end begins are its own affair. Default: false.
   */
  require?: boolean;
  /** Remembers used proofs. Default: in memory. For several servers: `createRedisReplayGuard`. */
  replays?: ReplayGuard;
}

/** Judges the DPoP proof of a request. */
export interface Proofs {
  /** Thumbprint of the key that proved itself, or null when the request has no proof. @throws Refusal for a bad one */
  check(c: Context, request?: Omit<ProvenRequest, 'method' | 'url'>): Promise<string | null>;
  /** Where keys are required: @throws Refusal `invalid_dpop_proof` when nothing proved itself */
  demandKey(thumbprint: string | null): void;
  /** Where keys are required: @throws Refusal `invalid_argument` for a wish to bind less than everything */
  demandBinding(binding: 'all' | 'refresh' | undefined): void;
}

/** The URL that a proof must name (RFC 9449 section 4.3, check 9): whoever makes a request also chooses the host that it names. */
function calledUrl(requestUrl: string, calledOrigin: string | null): string {
  const url = new URL(requestUrl);
  return (calledOrigin ?? url.origin) + url.pathname;
}

/** Proofs of the requests to one server, which clients call at `calledOrigin`; null: at whatever origin a request names. */
export function createProofs(options: DpopOptions, calledOrigin: string | null, clock: Clock): Proofs {
  const secret = options.nonceSecret ?? crypto.getRandomValues(new Uint8Array(32));
  const nonces = createDpopNonces({ secret, clock });
  const replays = options.replays ?? createReplayGuard();
  const { demandNonce = false, require: isRequired = false } = options;
  const keys = createProofKeys();

  return {
    check: async (c, request = {}) => {
      const proof = c.req.header('dpop');
      if (proof === undefined) return null;
      const proven = { method: c.req.method, url: calledUrl(c.req.url, calledOrigin), ...request };
      try {
        return await checkDpopProof(proof, proven, { keys, now: clock.now(), nonces, demandNonce, replays });
      } catch (error) {
        if (!isSessionError(error) || error.code !== 'use_dpop_nonce') throw error;
        throw new Refusal(error.code, error.message, { headers: { 'DPoP-Nonce': await nonces.issue() } });
      }
    },
    demandKey: (thumbprint) => {
      if (isRequired && thumbprint === null)
        throw new Refusal(
          'invalid_dpop_proof',
          'This server gives no tokens without a key: send a DPoP proof (RFC 9449).',
        );
    },
    demandBinding: (binding) => {
      if (isRequired && binding === 'refresh')
        throw badRequest('This server binds both tokens: leave `binding` out, or say all.');
    },
  };
}
