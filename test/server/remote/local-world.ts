import { createMac, createRandom, createSessions, type Sessions, type Store } from 'sojourn/server';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import type { SessionsWorld } from '../contract/subject.ts';

const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

/** An engine in this process, on a clock that stands. */
export function localWorld(store: Store = createMemoryStore()): SessionsWorld & { sessions: Sessions } {
  let now = Date.UTC(2026, 0, 5, 12);
  const clock = { now: () => now, advance: (ms: number) => void (now += ms) };
  const sessions = createSessions({
    store,
    clock,
    mac: createMac({ secrets: { 1: secret(1) }, current: 1, userTagSecret: secret(2) }),
    random: createRandom(),
  });
  return { sessions, clock, close: () => sessions.close() };
}
