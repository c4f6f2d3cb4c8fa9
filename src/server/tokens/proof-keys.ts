import { calculateJwkThumbprint, errors, importJWK, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose';
import { createRecentMap } from './recent-map.ts';

/** A client's public key, as it came with a proof. */
export interface ProofKey {
  key: CryptoKey;
  /** RFC 7638. */
  thumbprint: string;
}

/** Reads the public key out of a proof's header. */
export type ProofKeys = (header: JWTHeaderParameters) => Promise<ProofKey>;

/** Algorithms accepted for proofs. `Ed25519` is the newer name of `EdDSA` on that curve (RFC 9864). */
export const proofAlgorithms: string[] = ['ES256', 'Ed25519', 'EdDSA'];

const rememberedKeys = 2000;
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const longestMember = 200;

/** Remembers the keys it has seen lately: a client proves the same key with every request, and an import costs more than the check. */
export function createProofKeys(): ProofKeys {
  const known = createRecentMap<ProofKey>(rememberedKeys);

  return async ({ alg, jwk }) => {
    const bare = publicKey(jwk);
    const name = `${alg}.${bare.kty}.${bare.crv}.${bare.x}.${bare.y ?? ''}`;
    const seen = known.get(name);
    if (seen) return seen;
    const key = await importJWK(bare, alg);
    if (key instanceof Uint8Array) throw new errors.JWSInvalid('the key of a proof must be a public key');
    const proofKey = { key, thumbprint: await calculateJwkThumbprint(bare) };
    known.set(name, proofKey);
    return proofKey;
  };
}

function publicKey(jwk: unknown): JWK {
  if (typeof jwk !== 'object' || jwk === null) throw new errors.JWSInvalid('a proof must carry its key');
  // RFC 9449 section 4.3 check 7: who shows a private key has given it away.
  if (privateMembers.some((name) => name in jwk)) throw new errors.JWSInvalid('the key of a proof must be public');
  const { kty, crv, x, y } = jwk as Record<string, unknown>;
  if (![kty, crv, x].every(isShortText) || (y !== undefined && !isShortText(y)))
    throw new errors.JWSInvalid('the key of a proof is malformed');
  return { kty, crv, x, ...(y === undefined ? {} : { y }) } as JWK;
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longestMember;
}
