import {
  base64url,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';

/** How access tokens are signed. `HS256` has no public half: only who holds the secret can check such a token. */
export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'HS256';

/** Every {@link SigningAlgorithm}. */
export const signingAlgorithms: SigningAlgorithm[] = ['ES256', 'EdDSA', 'HS256'];

/** A signing key as it is kept. `jwk` is private (with `HS256`, the secret itself). */
export interface StoredKey {
  /** RFC 7638 thumbprint. */
  kid: string;
  algorithm: SigningAlgorithm;
  jwk: JWK;
  createdAt: number;
  /** Published from `createdAt`, signs from here on, until another key's turn comes. Epoch milliseconds. */
  signsFrom: number;
}

/** A signing key ready for use. */
export interface SigningKey {
  kid: string;
  algorithm: SigningAlgorithm;
  signsFrom: number;
  signWith: CryptoKey;
  verifyWith: CryptoKey;
  /** What the key set publishes; null for a secret. */
  publicJwk: JWK | null;
}

const publicMembers = ['kty', 'crv', 'x', 'y'] as const;

/** Makes a new key. Its `kid` follows from the key, so no two servers can give one name to two keys. */
export async function generateSigningKey(
  algorithm: SigningAlgorithm,
  times: { now: number; signsFrom: number },
): Promise<StoredKey> {
  const jwk = algorithm === 'HS256' ? newSecret() : await newPrivateKey(algorithm);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, algorithm, jwk, createdAt: times.now, signsFrom: times.signsFrom };
}

function newSecret(): JWK {
  return { kty: 'oct', k: base64url.encode(crypto.getRandomValues(new Uint8Array(32))) };
}

async function newPrivateKey(algorithm: 'ES256' | 'EdDSA'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return exportJWK(privateKey);
}

/** Brings a stored key into a form that signs and verifies. */
export async function loadSigningKey(stored: StoredKey): Promise<SigningKey> {
  const { kid, algorithm, jwk, signsFrom } = stored;
  const base = { kid, algorithm, signsFrom };
  if (algorithm === 'HS256') {
    const raw = base64url.decode(String(jwk.k));
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const secret = await crypto.subtle.importKey('raw', new Uint8Array(raw), hmac, false, ['sign', 'verify']);
    return { ...base, signWith: secret, verifyWith: secret, publicJwk: null };
  }
  const bare: JWK = Object.fromEntries(publicMembers.flatMap((name) => (jwk[name] ? [[name, jwk[name]]] : [])));
  const signWith = await imported(jwk, algorithm);
  const verifyWith = await imported(bare, algorithm);
  return { ...base, signWith, verifyWith, publicJwk: { ...bare, kid, alg: algorithm, use: 'sig' } };
}

async function imported(jwk: JWK, algorithm: SigningAlgorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new TypeError(`The stored ${algorithm} key is a shared secret.`);
  return key;
}
