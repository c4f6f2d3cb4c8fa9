import type { Random } from '../engine/ports.ts';

/** Randomness from Web Crypto (`crypto.getRandomValues`), on every runtime. */
export function createRandom(): Random {
  return { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
}
