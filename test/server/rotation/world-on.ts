import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { SessionEvent } from '../../../src/server/engine/session-event.ts';
import type { RefreshOutcome } from '../../../src/server/engine/sessions.ts';
import { createWorld, type World } from '../engine/world.ts';
import type { StoreKind, StoreUnderTest } from './stores-under-test.ts';

/** A fresh engine on a store of this kind, for each test of the block that calls it. */
export interface WorldOn {
  world: World;
  /** Another server on the same sessions. */
  other: World;
  under: StoreUnderTest;
  /** A server that starts on what a power cut left. */
  afterPowerCut(): Promise<World>;
}

/** Call it in a `describe`. What it answers is filled before each test. */
export function worldOn(kind: StoreKind): WorldOn {
  const on = {} as WorldOn;
  let running: ReturnType<StoreKind['start']>;
  beforeAll(() => {
    running = kind.start();
  });
  beforeEach(async () => {
    on.under = await running.make();
    on.world = createWorld(on.under.store);
    on.other = createWorld(on.under.elsewhere);
    on.afterPowerCut = async () => {
      const world = createWorld(await on.under.afterPowerCut());
      world.clock.at = on.world.clock.at;
      return world;
    };
  });
  afterEach(async () => on.under.dispose());
  afterAll(async () => running.stop());
  return on;
}

/** So many at once. */
export async function atOnce<T>(count: number, ask: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => ask(i)));
}

/** How often each outcome came. */
export function tally(outcomes: readonly RefreshOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = outcome.outcome === 'ended' ? outcome.reason : outcome.outcome;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The different refresh tokens that were given. */
export function tokensOf(outcomes: readonly RefreshOutcome[]): string[] {
  return [...new Set(outcomes.flatMap((outcome) => ('refreshToken' in outcome ? [outcome.refreshToken] : [])))];
}

/** The events of a user that have this type. */
export async function eventsOf(world: World, userId: string, type: SessionEvent['type']): Promise<SessionEvent[]> {
  const events = await world.sessions.events({ userId, limit: 1000 });
  return events.filter((event) => event.type === type);
}
