import { createReplayGuard, type ReplayGuard } from './replay-guard.ts';

const usedProofs: unique symbol = Symbol('used proofs');

/**
 * The guard in memory of all that check tokens by these keys: the first who asks makes it, and it lives as long as they do. It hangs
 * on the key set because that is what an API makes once, while the options of a check may be new ones every time. A key set that is
 * frozen carries nothing: whoever asks for its guard gets one of their own.
 */
export function replaysOfKeys(jwks: object): ReplayGuard {
  const { [usedProofs]: kept } = jwks as { [usedProofs]?: ReplayGuard };
  if (kept) return kept;
  const value = createReplayGuard();
  Reflect.defineProperty(jwks, usedProofs, { value });
  return value;
}
