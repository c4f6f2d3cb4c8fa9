import { base64url, type CryptoKey } from 'jose';
import { SessionError } from '../../protocol/session-error.ts';
import type { SigningKey } from './signing-key.ts';

/** At least 32 random bytes, or a text of as many in UTF-8. */
export type TokenSecret = Uint8Array | string;

/** What one secret is good for. Each use has a key of its own, derived with HKDF (RFC 5869). */
export interface SecretKeys {
  /** Names the secret, and tells nothing of it. */
  kid: string;
  /** HS256. */
  signing: SigningKey;
  /** AES-GCM, 256 bits. */
  encryption: CryptoKey;
}

const leastBytes = 32;
const nameBytes = 12;
const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 } as const;
const aes = { name: 'AES-GCM', length: 256 } as const;

/**
 * The keys of secrets, made at the first use. The first secret is the one in use; tokens of the others are still read.
 *
 * @throws SessionError `invalid_argument` for a short secret.
 */
export function createSecretKeys(secrets: readonly TokenSecret[]): () => Promise<SecretKeys[]> {
  const bytes = secrets.map(bytesOf);
  let keys: Promise<SecretKeys[]> | null = null;
  return () => (keys ??= Promise.all(bytes.map(derive)));
}

function bytesOf(secret: TokenSecret): Uint8Array<ArrayBuffer> {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : new Uint8Array(secret);
  if (bytes.length >= leastBytes) return bytes;
  const message = `A secret of session tokens has ${bytes.length} bytes; it needs at least ${leastBytes} random ones.`;
  throw new SessionError('invalid_argument', message);
}

async function derive(secret: Uint8Array<ArrayBuffer>): Promise<SecretKeys> {
  const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey', 'deriveBits']);
  const by = (use: string): HkdfParams => {
    const info = new TextEncoder().encode(`session token ${use}`);
    return { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
  };
  const kid = base64url.encode(new Uint8Array(await crypto.subtle.deriveBits(by('name'), base, nameBytes * 8)));
  const sign = await crypto.subtle.deriveKey(by('signature'), base, hmac, false, ['sign', 'verify']);
  const encryption = await crypto.subtle.deriveKey(by('data'), base, aes, false, ['encrypt', 'decrypt']);
  const signing: SigningKey = {
    kid,
    algorithm: 'HS256',
    signsFrom: 0,
    signWith: sign,
    verifyWith: sign,
    publicJwk: null,
  };
  return { kid, signing, encryption };
}
