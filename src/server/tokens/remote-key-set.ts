import { createRemoteJWKSet as createJoseKeySet, type JWTVerifyGetKey, type RemoteJWKSetOptions } from 'jose';
import { keySetMaxAgeMs } from './key-set-age.ts';

/** A key that was taken away is refused so soon after. */
const readAgainMs = 60_000;
/** Between two readings for keys that nobody knows, or after one that failed. */
const patienceMs = 5_000;

/**
 * The key set of a session server, for `verifyAccessToken`. Make it once. It is read again after a minute, so that a key that was
 * taken away is refused soon; while the server cannot be reached, what was read last goes on for as long as the server lets caches
 * keep it (`max-age` of the key set: five minutes), and not longer. A token by an unknown key is reason to read again, every five
 * seconds at most.
 *
 * @param options those of jose's function of this name. `cacheMaxAge` is how long keys go on while the server cannot be reached.
 * @example
 * ```ts
 * const jwks = createRemoteJWKSet(new URL('https://auth.example.com/.well-known/jwks.json'));
 * ```
 */
export function createRemoteJWKSet(url: URL, options: RemoteJWKSetOptions = {}): JWTVerifyGetKey {
  const keys = createJoseKeySet(url, { cacheMaxAge: keySetMaxAgeMs, cooldownDuration: patienceMs, ...options });
  let readAt = Number.NaN;

  async function readAgain(now: number): Promise<void> {
    // Those who ask meanwhile go on with the keys at hand.
    readAt = now - readAgainMs + patienceMs;
    await keys.reload();
    readAt = now;
  }

  return async (header, token) => {
    const now = Date.now();
    // A clock that was set back must not keep keys for ever.
    if (now >= readAt + readAgainMs || now < readAt) await readAgain(now).catch(() => undefined);
    else if (Number.isNaN(readAt)) readAt = now;
    return keys(header, token);
  };
}
