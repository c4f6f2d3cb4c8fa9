import type { Random } from '../core/ports.ts';
import { base64url } from './base64url.ts';

/** Randomness of the runtime. `crypto.getRandomValues` is there on insecure origins too. */
export function webRandom(): Random {
  return {
    key: () => base64url(crypto.getRandomValues(new Uint8Array(16))),
    fraction: () => Math.random(),
  };
}
