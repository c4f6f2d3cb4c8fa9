import { fakeClock, type FakeClock } from '../../src/testing/index.ts';
import type { SessionState } from '../../src/client/core/session-state.ts';
import { createBrowser, type Browser, type Page } from './browser.ts';
import { checkState } from './end-causes.ts';
import { simServer, type SimServer } from './server/sim-server.ts';
import type { Setting } from './steps.ts';
import { createTruth, type Truth } from './truth.ts';

/** Everything there is in one history. */
export interface World {
  readonly setting: Setting;
  readonly clock: FakeClock;
  readonly truth: Truth;
  readonly server: SimServer;
  readonly browser: Browser;
  /** Frees a lock that a stranger holds. */
  freeLock: (() => void) | null;
  /** When the machine last woke up (monotonic). */
  wokeAt: number;
  /** When the vault was first seen to hold the tombstone of a session. */
  entombedAt: Map<string, number>;
  /** The session that was last seen in the vault. */
  vaultSession: string | null;
  /** What the thief has: a copy of the vault, and what he got with it. */
  loot: { sessionId: string; refreshToken: string | null; accessToken: string; note: string | null } | null;
}

/** Creates a {@link World} with one browser in it. */
export function createWorld(setting: Setting): World {
  const clock = fakeClock();
  const truth = createTruth(() => clock.now());
  const server = simServer(clock, truth, setting);
  const onState = (browser: Browser, page: Page, before: SessionState, now: SessionState): void =>
    checkState(world, browser, page, before, now);
  const browser = createBrowser('the browser', { clock, server, truth, setting }, onState);
  const world: World = {
    setting,
    clock,
    truth,
    server,
    browser,
    freeLock: null,
    loot: null,
    wokeAt: 0,
    entombedAt: new Map(),
    vaultSession: null,
  };
  return world;
}
