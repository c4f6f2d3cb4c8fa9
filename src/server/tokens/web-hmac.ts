import type { Hmac } from './hmac.ts';

/** HMAC by Web Crypto. The key is imported once, at its first use. */
export function webHmac(secret: Uint8Array): Hmac {
  const raw = new Uint8Array(secret);
  let key: Promise<CryptoKey> | undefined;
  return async (message) => {
    key ??= crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : new Uint8Array(message);
    return new Uint8Array(await crypto.subtle.sign('HMAC', await key, bytes));
  };
}
