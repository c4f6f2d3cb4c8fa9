import type { VaultRecord } from '../client/core/record.ts';
import { emptyContents, type Persistence, type Vault, type VaultContents } from '../client/core/vault.ts';
import { SessionError } from '../protocol/session-error.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import { createGate, type Gate } from './gate.ts';

/** What a {@link FakeVault} can be asked. */
export type VaultOperation = 'read' | 'update';

/** A vault in memory that any number of simulated tabs share, and that can be made to fail as real storage does. */
export interface FakeVault extends Vault {
  /** One tab's door to it. What the tab asked for arrives when the tab runs; a write of a tab that is gone never lands. */
  door(gate: Gate): Vault;
  /** What it holds, for looking at. */
  contents(): VaultContents;
  record(): VaultRecord | null;
  /** Puts contents in place without anybody being told. */
  put(contents: Partial<VaultContents>): void;
  /** The next operations (all of them by default) are refused: a full disk, a lost connection. */
  refuse(operation?: VaultOperation, times?: number): void;
  /** Every operation takes `ms` from now on, or what the function answers each time. */
  slow(ms: number | (() => number)): void;
  /** Operations never answer; as a vault must, it gives up after three seconds. */
  hang(): void;
  /** Ends refusing, slowness and hanging. */
  heal(): void;
  /** What is stored cannot be read any more. */
  corrupt(): void;
  /** What is stored was written by a later version. */
  makeNewer(): void;
  /** Everything is gone, as after "clear site data". */
  clear(): void;
  /** The browser put everything back to what it was at `contents`, as after a power cut. */
  rollBack(contents: VaultContents): void;
  /** Pretends to keep things elsewhere, and tells subscribers. */
  fallBack(to: Persistence, error?: unknown): void;
  /** How often it was read and written. */
  readonly reads: number;
  readonly writes: number;
  /** How many unreadable contents were put aside. */
  readonly quarantined: number;
}

/** How long a hanging operation takes to be given up, as in the IndexedDB vault. */
const boundMs = 3000;

/** Creates a {@link FakeVault}. `clock` is what slowness and hanging are measured by. */
export function fakeVault(clock: FakeClock = fakeClock()): FakeVault {
  const listeners = new Set<(error: unknown) => void>();
  const refusals = { read: 0, update: 0 };
  const counts = { reads: 0, writes: 0, quarantined: 0 };
  let stored: VaultContents = emptyContents;
  let persistence: Persistence = 'persistent';
  let delay: number | (() => number) = 0;
  let hanging = false;

  const pass = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));

  async function reach(operation: VaultOperation): Promise<void> {
    if (hanging) {
      await pass(boundMs);
      throw unavailable(operation, 'it did not answer in time');
    }
    const delayMs = typeof delay === 'number' ? delay : delay();
    if (delayMs > 0) await pass(delayMs);
    else await Promise.resolve();
    if (refusals[operation] > 0) {
      refusals[operation]--;
      throw unavailable(operation, 'the test refuses it');
    }
  }

  async function read(): Promise<VaultContents> {
    counts.reads++;
    await reach('read');
    return copy(stored);
  }

  async function update(change: (contents: VaultContents) => VaultContents, gate: Gate): Promise<VaultContents> {
    await reach('update');
    if (gate.state === 'gone') throw unavailable('update', 'its tab is gone');
    const before = copy(stored);
    const after = change(before);
    if (after === before) return before;
    if (stored.trouble === 'newer') throw unavailable('update', 'a later version wrote it', false);
    if (stored.trouble === 'corrupt') counts.quarantined++;
    counts.writes++;
    stored = copy({ ...after, trouble: null });
    return copy(stored);
  }

  const door = (gate: Gate): Vault => ({
    persistence: () => persistence,
    subscribe(listener) {
      const mine = (error: unknown): void => gate.run(() => listener(error));
      listeners.add(mine);
      return () => void listeners.delete(mine);
    },
    read: () => gate.wait(read()),
    update: (change) => gate.wait(update(change, gate)),
    close: () => {},
  });

  return {
    ...door(createGate()),
    door,
    contents: () => copy(stored),
    record: () => copy(stored).record,
    put: (contents) => void (stored = copy({ ...stored, ...contents })),
    refuse(operation, times = Infinity) {
      if (operation !== 'update') refusals.read = times;
      if (operation !== 'read') refusals.update = times;
    },
    slow: (ms) => void (delay = ms),
    hang: () => void (hanging = true),
    heal() {
      refusals.read = refusals.update = delay = 0;
      hanging = false;
    },
    corrupt: () => void (stored = { ...emptyContents, outbox: stored.outbox, trouble: 'corrupt' }),
    makeNewer: () => void (stored = { ...emptyContents, trouble: 'newer' }),
    clear: () => void (stored = emptyContents),
    rollBack: (contents) => void (stored = copy(contents)),
    fallBack(to, error = unavailable('update', 'the test says so')) {
      persistence = to;
      for (const listener of [...listeners]) listener(error);
    },
    get reads() {
      return counts.reads;
    },
    get writes() {
      return counts.writes;
    },
    get quarantined() {
      return counts.quarantined;
    },
  };
}

/** A deep copy that nobody can change: storage shares nothing with who wrote to it. */
function copy(contents: VaultContents): VaultContents {
  return freeze(structuredClone(contents));
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

function unavailable(operation: VaultOperation, why: string, retryable = true): SessionError {
  return new SessionError('storage_unavailable', `The fake vault could not ${operation}: ${why}.`, { retryable });
}
