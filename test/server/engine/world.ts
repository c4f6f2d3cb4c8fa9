import { createSessions, type SessionsOptions } from '../../../src/server/engine/create-sessions.ts';
import type { RefreshOutcome, RefreshRequest, Sessions } from '../../../src/server/engine/sessions.ts';
import type { Mac } from '../../../src/server/engine/ports.ts';
import type { Store } from '../../../src/server/engine/store.ts';
import { createMac } from '../../../src/server/tokens/mac.ts';
import { createRandom } from '../../../src/server/tokens/random.ts';

/** Seconds, minutes, hours and days in milliseconds. */
export const second = 1000;
export const minute: number = 60 * second;
export const hour: number = 60 * minute;
export const day: number = 24 * hour;

/** An engine on a store, with a clock that stands until it is moved. */
export interface World {
  sessions: Sessions;
  store: Store;
  clock: { now(): number; at: number };
  refresh(refreshToken: string, attemptKey?: string | null, more?: Partial<RefreshRequest>): Promise<RefreshOutcome>;
}

export const mac: Mac = createMac({
  secrets: { 1: new Uint8Array(32).fill(1), 2: new Uint8Array(32).fill(2) },
  current: 1,
  userTagSecret: new Uint8Array(32).fill(9),
});

export function createWorld(store: Store, options: Partial<SessionsOptions> = {}): World {
  const clock = {
    at: Date.UTC(2026, 0, 1),
    now: (): number => clock.at,
  };
  const sessions = createSessions({ store, clock, mac, random: createRandom(), ...options });
  return {
    sessions,
    store,
    clock,
    refresh: (refreshToken, attemptKey = 'an attempt key', more = {}) =>
      sessions.refresh({ refreshToken, attemptKey, keyThumbprint: null, ...more }),
  };
}

/** The new refresh token of an outcome that has one. */
export function tokenOf(outcome: RefreshOutcome): string {
  if (!('refreshToken' in outcome)) throw new Error(`There is no token in: ${outcome.outcome}`);
  return outcome.refreshToken;
}

/** Refreshes once with a key of its own and answers the next token. */
export async function next(world: World, refreshToken: string, attemptKey = `key of ${refreshToken}`): Promise<string> {
  return tokenOf(await world.refresh(refreshToken, attemptKey));
}
