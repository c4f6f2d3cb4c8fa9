import { base64url } from 'jose';
import { SessionError } from '../../protocol/session-error.ts';
import type { Clock } from '../engine/ports.ts';

/** What {@link createDpopNonces} takes. */
export interface DpopNoncesOptions {
  /**
   * At least 32 random bytes. Servers behind one address share it. To change it without refusing anybody, give a function that answers
   * several, the same objects until something changes: the first one makes nonces, and those of all are accepted. One that came before
   * is needed for {@link nonceLifeMs} after another one became the first, five minutes.
   */
  secret: Uint8Array | (() => readonly Uint8Array[]);
  /** Default: the machine's. */
  clock?: Clock;
}

/** Nonces that carry the server's time, so that the clock of a client does not matter (RFC 9449 section 8). */
export interface DpopNonces {
  /** base64url(time | HMAC). The same one for half a minute: it is a clock, not a one-time value. */
  issue(): Promise<string>;
  accepts(nonce: string): Promise<boolean>;
}

/** How long a nonce is good for, in milliseconds, counted from the time that it carries. No server takes one for longer. */
export const nonceLifeMs = 300_000;
/** A nonce carries a time so long before it was made: servers that share the secret may be behind by so much, and take it. */
const lateClockMs = 15_000;
const sameForMs = 30_000;
const timeBytes = 6;
const macBytes = 16;

const leastSecretBytes = 32;

/**
 * Nothing is stored: whoever has the secret recognises the nonces of every server that has it.
 *
 * @throws SessionError `invalid_argument` for a short secret, or for none
 */
export function createDpopNonces(options: DpopNoncesOptions): DpopNonces {
  const { clock = { now: () => Date.now() } } = options;
  const { secret: given } = options;
  const secretsNow = (): Secrets => demandSecrets(typeof given === 'function' ? given() : [given]);
  secretsNow();
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const keys = new WeakMap<Uint8Array, Promise<CryptoKey>>();
  let latest: { at: number; secret: Uint8Array | null; nonce: string } = { at: 0, secret: null, nonce: '' };

  const macOf = async (secret: Uint8Array, time: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
    const key = keys.get(secret) ?? crypto.subtle.importKey('raw', new Uint8Array(secret), hmac, false, ['sign']);
    keys.set(secret, key);
    return new Uint8Array(await crypto.subtle.sign('HMAC', await key, time)).subarray(0, macBytes);
  };

  return {
    issue: async () => {
      const now = clock.now();
      const [secret] = secretsNow();
      if (secret === latest.secret && now - latest.at < sameForMs && now >= latest.at) return latest.nonce;
      const bytes = new Uint8Array(timeBytes + macBytes);
      const view = new DataView(bytes.buffer);
      const stamp = now - lateClockMs;
      view.setUint16(0, Math.floor(stamp / 2 ** 32));
      view.setUint32(2, stamp % 2 ** 32);
      bytes.set(await macOf(secret, bytes.slice(0, timeBytes)), timeBytes);
      latest = { at: now, secret, nonce: base64url.encode(bytes) };
      return latest.nonce;
    },
    accepts: async (nonce) => {
      const bytes = decoded(nonce);
      if (bytes?.length !== timeBytes + macBytes) return false;
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const at = view.getUint16(0) * 2 ** 32 + view.getUint32(2);
      const now = clock.now();
      if (at > now || at + nonceLifeMs <= now) return false;
      for (const secret of secretsNow())
        if (isEqual(await macOf(secret, bytes.slice(0, timeBytes)), bytes.subarray(timeBytes))) return true;
      return false;
    },
  };
}

type Secrets = readonly [Uint8Array, ...Uint8Array[]];

function demandSecrets([first, ...more]: readonly Uint8Array[]): Secrets {
  if (first && [first, ...more].every((secret) => secret.length >= leastSecretBytes)) return [first, ...more];
  throw new SessionError('invalid_argument', `The secret of nonces needs at least ${leastSecretBytes} random bytes.`);
}

function decoded(nonce: string): Uint8Array | null {
  if (nonce.length > 64) return null;
  try {
    return base64url.decode(nonce);
  } catch {
    return null;
  }
}

/** In a time that does not depend on where the difference is. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}
