import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

/** What a proof says; a test changes one thing at a time. */
export interface ProofParts {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Signs with another key than the header shows. */
  signWith?: CryptoKey;
}

/** A client that can prove possession of a key, honestly or not. */
export interface ProvingClient {
  thumbprint: string;
  privateKey: CryptoKey;
  privateJwk: JWK;
  publicJwk: JWK;
  prove(method: string, url: string, parts?: ProofParts): Promise<string>;
}

export async function provingClient(now: () => number, alg = 'ES256'): Promise<ProvingClient> {
  const pair = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  let count = 0;
  return {
    thumbprint: await calculateJwkThumbprint(publicJwk),
    privateKey: pair.privateKey,
    privateJwk: await exportJWK(pair.privateKey),
    publicJwk,
    prove: async (method, url, { header, claims, signWith } = {}) => {
      const payload = { jti: `proof-${(count += 1)}`, htm: method, htu: url, iat: Math.floor(now() / 1000), ...claims };
      const given = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
      return new SignJWT(given)
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: publicJwk, ...header })
        .sign(signWith ?? pair.privateKey);
    },
  };
}
