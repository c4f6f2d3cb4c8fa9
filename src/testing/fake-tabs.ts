import type { Cleanup } from '../client/core/ports.ts';
import type { Vault } from '../client/core/vault.ts';
import { fakeClock, type FakeClock, type FakeClockView } from './fake-clock.ts';
import { fakeLocks, type FakeLocks } from './fake-locks.ts';
import { fakePlatform, seededRandom, type FakePlatform, type FakePlatformOptions } from './fake-platform.ts';
import { fakeVault, type FakeVault } from './fake-vault.ts';
import { fakeWires, type FakeWires } from './fake-wires.ts';
import { createGate } from './gate.ts';

/** One simulated tab: a platform and a vault for its manager, and what can happen to it. */
export interface FakeTab {
  readonly id: string;
  readonly platform: FakePlatform;
  /** This tab's door to the vault all tabs share. */
  readonly vault: Vault;
  /** This tab's clock; `step` sets the wall clock of this tab only. */
  readonly clock: FakeClockView;
  readonly state: 'running' | 'held' | 'gone';
  /**
   * `call`, for things the tab asks of the world (a `fetch`, a transport): the answer arrives when the tab runs,
   * and never in a tab that is gone.
   */
  bind<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R>;
  /** The browser freezes it: it is told, and then nothing of it runs. */
  freeze(): void;
  /** It runs again: `back` first, then everything that waited. */
  thaw(): void;
  /** Its main thread is busy, or its process was stopped: as `freeze`, but nobody told it. */
  stall(): void;
  /** Ends {@link stall}: what waited runs, without any event. */
  unstall(): void;
  /** It goes into the back/forward cache: hidden, away. `thaw` brings it back: back, visible. */
  cache(): void;
  /** Its timers fire only at whole multiples of `ms`, as those of hidden tabs do; 0 ends that. Timers that run already stay. */
  throttle(ms: number): void;
  /** It is gone at once, in the middle of whatever it did. Its locks are free, its unfinished writes never land. */
  crash(): void;
  /** It is closed: told first, then gone. */
  close(): void;
}

/** A simulated browser: tabs that share a vault, locks, messages and time. */
export interface FakeTabs {
  readonly clock: FakeClock;
  readonly vault: FakeVault;
  readonly locks: FakeLocks;
  readonly wires: FakeWires;
  readonly tabs: readonly FakeTab[];
  open(options?: FakeTabOptions): FakeTab;
}

/** Options of {@link FakeTabs.open}. */
export interface FakeTabOptions {
  /** How far this tab's wall clock is off, in milliseconds. @default 0 */
  skewMs?: number;
  keys?: FakePlatformOptions['keys'];
  /** A vault of its own. @default the one that all tabs share */
  vault?: FakeVault;
}

/** Options of {@link fakeTabs}. */
export interface FakeTabsOptions {
  clock?: FakeClock;
  /** Makes every random choice the same every time. @default 1 */
  seed?: number;
  keys?: FakePlatformOptions['keys'];
}

/** Creates a {@link FakeTabs} with no tab open. */
export function fakeTabs(options: FakeTabsOptions = {}): FakeTabs {
  const clock = options.clock ?? fakeClock();
  const vault = fakeVault(clock);
  const locks = fakeLocks();
  const wires = fakeWires(clock);
  const notes = new Map<string, 'signed_in' | 'signed_out'>();
  const tabs: FakeTab[] = [];

  function open({ skewMs = 0, keys = options.keys ?? 'fake', ...own }: FakeTabOptions = {}): FakeTab {
    const id = `tab ${tabs.length + 1}`;
    const gate = createGate();
    const view = clock.view(skewMs);
    let throttleMs = 0;
    const late = (ms: number): number =>
      throttleMs > 0 ? Math.ceil((view.monotonic() + ms) / throttleMs) * throttleMs - view.monotonic() : ms;
    const timers = new Set<Cleanup>();
    const ownClock: FakeClockView = {
      ...view,
      after(ms, run) {
        const stop = view.after(late(ms), () => {
          timers.delete(cancel);
          gate.run(run);
        });
        const cancel = (): void => {
          timers.delete(cancel);
          stop();
        };
        timers.add(cancel);
        return cancel;
      },
    };
    const platform = fakePlatform({
      clock: ownClock,
      gate,
      notes,
      keys,
      locks: locks.forTab(gate),
      openWire: wires.forTab(id, gate),
      random: seededRandom((options.seed ?? 1) * 1000 + tabs.length),
    });
    let cached = false;
    const leave = (): void => {
      if (gate.state === 'running') platform.emit('away');
    };
    const tab: FakeTab = {
      id,
      platform,
      vault: (own.vault ?? vault).door(gate),
      clock: ownClock,
      get state() {
        return gate.state;
      },
      bind:
        (call) =>
        (...args) =>
          gate.wait(call(...args)),
      freeze() {
        leave();
        gate.hold();
      },
      thaw: () =>
        gate.release(() => {
          platform.emit('back');
          if (cached) platform.setVisible(true);
          cached = false;
        }),
      stall: () => gate.hold(),
      unstall: () => gate.release(),
      cache() {
        if (gate.state !== 'running') return;
        cached = true;
        platform.setVisible(false);
        leave();
        gate.hold();
      },
      throttle: (ms) => void (throttleMs = ms),
      crash() {
        gate.drop();
        for (const cancel of timers) cancel();
        locks.forget(gate);
        wires.forget(gate);
      },
      close() {
        leave();
        tab.crash();
      },
    };
    tabs.push(tab);
    return tab;
  }

  return { clock, vault, locks, wires, tabs, open };
}
