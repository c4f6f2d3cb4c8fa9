import { createSessions } from '../../../src/server/engine/create-sessions.ts';
import type { Sessions } from '../../../src/server/engine/sessions.ts';
import { createMac } from '../../../src/server/tokens/mac.ts';
import { seededRandom, type FakeClock } from '../../../src/testing/index.ts';
import type { Setting } from '../steps.ts';
import type { Truth } from '../truth.ts';
import { replicatedStore } from './replicated-store.ts';

/** The machines that the session server runs on: the real engine, on one store, with secrets that change. */
export interface Machines {
  /** The engine as everybody meets it. */
  readonly sessions: Sessions;
  /** The one that the next refresh meets: usually the same. */
  forRefresh(): Sessions;
  restart(): void;
  /** The replica of the store takes over. */
  failOver(): Promise<void>;
  newSecret(): void;
  /** For a minute, every second refresh meets a machine that does not know the newest secret. */
  meetOldNode(): void;
  /** Every machine knows every secret. */
  mend(): void;
}

/** Starts {@link Machines}. */
export function startMachines(clock: FakeClock, truth: Truth, { seed, idleMs, absoluteMs }: Setting): Machines {
  const limits = {
    idleTimeout: idleMs === null ? null : (`${idleMs}ms` as const),
    absoluteTimeout: `${absoluteMs}ms` as const,
  };
  const dice = seededRandom(seed + 17);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(dice.fraction() * 256));
  const random = { bytes };
  const userTagSecret = bytes(32);
  const secrets: Record<number, Uint8Array> = { 1: bytes(32) };
  let current = 1;
  const replicated = replicatedStore();
  const oldNode = { until: 0, turn: 0 };
  let sessions = start(secrets, current);

  function start(known: Record<number, Uint8Array>, signing: number): Sessions {
    return createSessions({
      store: replicated.store,
      clock: { now: () => clock.now() },
      random,
      mac: createMac({ secrets: known, current: signing, userTagSecret }),
      ...limits,
      remember: limits,
    });
  }

  const machines: Machines = {
    get sessions() {
      return sessions;
    },
    forRefresh() {
      if (clock.now() >= oldNode.until || ++oldNode.turn % 2 === 0) return sessions;
      const { [current]: _, ...known } = secrets;
      return start(known, Number(Object.keys(known).at(-1)));
    },
    restart: () => void (sessions = start(secrets, current)),
    async failOver() {
      const lost = replicated.failOver(clock.now());
      truth.note(`server: the replica took over, ${lost} writes were lost`);
      sessions = start(secrets, current);
      for (const one of truth.sessions.values()) {
        one.rotated.clear();
        const kept = await sessions.inspect(one.id);
        if (kept) one.lastTouchAt = kept.lastActivityAt;
      }
    },
    newSecret() {
      if (current >= 200) return;
      secrets[++current] = bytes(32);
      sessions = start(secrets, current);
    },
    meetOldNode() {
      machines.newSecret();
      oldNode.until = clock.now() + 60_000;
    },
    mend: () => void (oldNode.until = 0),
  };
  return machines;
}
