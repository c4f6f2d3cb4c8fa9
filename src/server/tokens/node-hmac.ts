import type { Hmac } from './hmac.ts';

/**
 * HMAC by `node:crypto`, which answers at once, or null on runtimes without it.
 * A `KeyObject` is several times faster than a raw secret. Looked up at run time: an import would bind us to Node.
 */
export function nodeHmac(): ((secret: Uint8Array) => Hmac) | null {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto');
  if (!crypto?.createSecretKey) return null;
  return (secret) => {
    const key = crypto.createSecretKey(secret);
    return (message) => crypto.createHmac('sha256', key).update(message).digest();
  };
}
