import type { Cleanup, Clock } from '../client/core/ports.ts';

/** One machine's view of a {@link FakeClock}: the same time, a wall clock of its own. */
export interface FakeClockView extends Clock {
  /** Sets this view's wall clock forward (or back) by `ms`, as a person or NTP does. No timer is moved. */
  step(ms: number): void;
}

/** Time that moves when a test says so. */
export interface FakeClock extends FakeClockView {
  /**
   * Lets `ms` pass. Timers run in the order they are due, each seeing its own time, and what a timer sets off (promises,
   * further timers) is done before the next one runs.
   */
  advance(ms: number): Promise<void>;
  /**
   * The machine sleeps: the wall clock goes on, the monotonic one and all timers stand still.
   * Timers that came due meanwhile run at the next `advance`, which may be `advance(0)`, only as they would after waking:
   * by the monotonic clock.
   */
  sleep(ms: number): void;
  /** Lets everything that waits for nothing but promises run. */
  settle(): Promise<void>;
  /** A clock with the same timers whose wall clock is `ms` off. */
  view(skewMs?: number): FakeClockView;
  /** Timers that have not fired. A disposed manager leaves none. */
  pendingTimers(): number;
  /** Delays of the timers that have not fired, in milliseconds, shortest first. */
  pendingDelays(): number[];
}

/** Options of {@link fakeClock}. */
export interface FakeClockOptions {
  /** Wall clock at the start, in epoch milliseconds. @default 2026-01-01T00:00:00Z */
  now?: number;
  /**
   * How many turns of the event loop to wait for work that is not only promises (WebCrypto, a real IndexedDB) each time
   * things are let run. @default 1
   */
  turns?: number;
  /** Time stands still for as long as this answers true: real work (a signature, a server) is under way. @default never */
  busy?: () => boolean;
}

interface Timer {
  due: number;
  order: number;
  run: () => void;
}

const tooManyTimers = 100_000;
const tooManyTurns = 1_000_000;

/** Creates a {@link FakeClock}. */
export function fakeClock({
  now = Date.UTC(2026, 0, 1),
  turns = 1,
  busy = () => false,
}: FakeClockOptions = {}): FakeClock {
  const timers = new Set<Timer>();
  let monotonic = 0;
  let wall = now;
  let order = 0;

  function after(ms: number, run: () => void): Cleanup {
    if (Number.isNaN(ms)) return () => {};
    // Whole milliseconds, as timers of browsers count them.
    const timer = { due: monotonic + Math.ceil(Math.max(0, ms)), order: order++, run };
    timers.add(timer);
    return () => void timers.delete(timer);
  }

  function firstDue(limit: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.due > limit) continue;
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer;
    }
    return first;
  }

  function goTo(time: number): void {
    wall += time - monotonic;
    monotonic = time;
  }

  async function settle(): Promise<void> {
    for (let turn = 0; turn < turns || busy(); turn++) {
      if (turn === tooManyTurns)
        throw new Error('The clock waits for work that does not end: busy() is true for ever.');
      await nextTurn();
    }
  }

  function view(skewMs = 0): FakeClockView {
    let skew = skewMs;
    return {
      now: () => wall + skew,
      monotonic: () => monotonic,
      after,
      step: (ms) => void (skew += ms),
    };
  }

  return {
    ...view(),
    now: () => wall,
    step: (ms) => void (wall += ms),
    async advance(ms) {
      const end = monotonic + ms;
      await settle();
      for (let count = 0; ; count++) {
        const timer = firstDue(end);
        if (!timer) break;
        if (count === tooManyTimers)
          throw new Error(
            `advance(${ms}) ran ${tooManyTimers} timers without coming to its end: some timer sets itself again with no delay.`,
          );
        timers.delete(timer);
        goTo(Math.max(monotonic, timer.due));
        timer.run();
        await settle();
      }
      goTo(end);
    },
    sleep: (ms) => void (wall += ms),
    settle,
    view,
    pendingTimers: () => timers.size,
    pendingDelays: () => [...timers].map((timer) => timer.due - monotonic).sort((a, b) => a - b),
  };
}

/** A whole turn of the event loop: every promise that can settle has. Not a timer, so fake timers of a test runner do not stop it. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const immediate = (globalThis as { setImmediate?: (run: () => void) => void }).setImmediate;
    if (immediate) return immediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
