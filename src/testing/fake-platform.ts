import type { Clock, Hint, Keys, LifecycleEvent, Platform, Random, SigningKey } from '../client/core/ports.ts';
import { tabChannel, type OpenWire } from '../client/platform/channel.ts';
import { webKeys } from '../client/platform/keys.ts';
import type { PageLifecycle } from '../client/platform/lifecycle.ts';
import type { Locks } from '../client/platform/lock-manager.ts';
import { lockMutex } from '../client/platform/mutex.ts';
import { report } from '../client/platform/report.ts';
import { fakeClock } from './fake-clock.ts';
import { fakeLocks } from './fake-locks.ts';
import { fakeWires } from './fake-wires.ts';
import { createGate, type Gate } from './gate.ts';

/** A platform whose world a test moves. */
export interface FakePlatform extends Platform {
  /** What signs here; pass it as the manager's `keys`. */
  keys: Keys;
  /** The person does something. */
  act(): void;
  /** Something happens to the page. */
  emit(event: LifecycleEvent): void;
  /** What `isVisible` answers. */
  setVisible(visible: boolean): void;
  /** What `seemsOnline` answers; fires `online` or `offline`. */
  setOnline(online: boolean): void;
  /** Listeners that have not been taken back, on the page and on the person. A disposed manager leaves none. */
  listeners(): number;
}

/** What a {@link fakePlatform} may be given; the rest it makes for itself. */
export interface FakePlatformOptions {
  clock?: Clock;
  /** What is shared with the other tabs of a browser. @default a browser with this one tab */
  locks?: Locks;
  openWire?: OpenWire;
  gate?: Gate;
  /** Notes for the first paint, by manager name. */
  notes?: Map<string, 'signed_in' | 'signed_out'>;
  random?: Random;
  /**
   * `fake`: proofs that read as what they speak of, at no cost; `real`: ES256 by WebCrypto, as in a browser (then make the
   * clock wait more turns); `none`: a runtime without WebCrypto. @default 'fake'
   */
  keys?: 'fake' | 'real' | 'none';
}

/** Creates a {@link FakePlatform}. Lock and channel are the real ones on a simulated browser. */
export function fakePlatform(options: FakePlatformOptions = {}): FakePlatform {
  const gate = options.gate ?? createGate();
  const clock = options.clock ?? fakeClock();
  const random = options.random ?? seededRandom(1);
  const locks = options.locks ?? fakeLocks().forTab(gate);
  const openWire = options.openWire ?? fakeWires(clock).forTab('tab', gate);
  const notes = options.notes ?? new Map<string, 'signed_in' | 'signed_out'>();
  const page = new Set<(event: LifecycleEvent) => void>();
  const person = new Set<() => void>();
  let visible = true;
  let online = true;
  let away = false;

  const add = <T>(set: Set<T>, wrapped: T): (() => void) => {
    set.add(wrapped);
    return () => void set.delete(wrapped);
  };
  const lifecycle: PageLifecycle = {
    subscribe: (listener) => add(page, (event) => listener(event)),
    isVisible: () => visible,
    seemsOnline: () => online,
    isAway: () => away,
  };
  const emit = (event: LifecycleEvent): void => {
    if (event === 'away') away = true;
    if (event === 'back') away = false;
    for (const listener of [...page]) listener(event);
  };
  const keys = {
    fake: () => fakeKeys(random),
    real: webKeys,
    none: () => ({ ...fakeKeys(random), create: async () => null }),
  };

  return {
    clock,
    abort: () => new AbortController(),
    lifecycle,
    activity: { subscribe: (listener) => add(person, () => listener()) },
    keys: keys[options.keys ?? 'fake'](),
    random,
    channel: (name) => tabChannel(name, openWire, lifecycle),
    mutex: (name) => lockMutex(name, { locks, clock, lifecycle, random }),
    report,
    hint: (name): Hint => ({ read: () => notes.get(name) ?? null, write: (hint) => void notes.set(name, hint) }),
    act: () => gate.run(() => [...person].forEach((listener) => listener())),
    emit,
    setVisible(next) {
      visible = next;
      gate.run(() => emit(next ? 'look' : 'hidden'));
    },
    setOnline(next) {
      online = next;
      gate.run(() => emit(next ? 'online' : 'offline'));
    },
    listeners: () => page.size + person.size,
  };
}

/** Randomness that is the same every time (mulberry32). */
export function seededRandom(seed: number): Random {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // 21 letters of 6 bits and one of 2: 128 bits.
  const letter = (choices: number): string => alphabet[Math.floor(fraction() * choices) * (64 / choices)] ?? 'A';
  return { fraction, key: () => Array.from({ length: 21 }, () => letter(64)).join('') + letter(4) };
}

/** Keys that cost nothing: a proof reads as what it speaks of, and which key made it. */
function fakeKeys(random: Random): Keys {
  return {
    async create(): Promise<SigningKey> {
      const id = random.key();
      return { privateKey: { fakePrivate: id }, publicKey: { fakePublic: id } };
    },
    prove: async (key, subject) =>
      JSON.stringify({ key: (key.publicKey as { fakePublic?: string }).fakePublic, ...subject }),
  };
}
