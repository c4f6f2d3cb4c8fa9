import { createSessions as createEngine, type SessionsOptions as EngineOptions } from './engine/create-sessions.ts';
import type { Clock, Random } from './engine/ports.ts';
import type { Sessions } from './engine/sessions.ts';
import { createRandom } from './tokens/random.ts';

/** What {@link createSessions} takes. The lifetimes are the defaults of every type. */
export interface SessionsOptions extends Omit<EngineOptions, 'clock' | 'random'> {
  /** What time it is. Default: this machine's clock. Tests step it. */
  clock?: Clock;
  /** Where ids come from; whoever can guess it can guess them. Default: `createRandom()`, the CSPRNG of Web Crypto. */
  random?: Random;
}

/**
 * The session engine over a store. It has no timers: call `sweep` now and then.
 *
 * @throws SessionError `invalid_duration` for lifetimes, `data_invalid` and `invalid_selector` for types that cannot be used.
 * @example
 * ```ts
 * const mac = createMac({ secrets: { 1: secret }, current: 1, userTagSecret });
 * const sessions = createSessions({ store: createMemoryStore(), mac });
 * const { session, refreshToken } = await sessions.create({ userId: 'user_1' });
 * ```
 */
export function createSessions({
  clock = { now: () => Date.now() },
  random = createRandom(),
  ...rest
}: SessionsOptions): Sessions {
  return createEngine({ ...rest, clock, random });
}
