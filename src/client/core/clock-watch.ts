import type { Clock } from './ports.ts';

/** Notices that the wall clock and the monotonic clock disagree: the machine slept, or somebody set the clock. */
export interface ClockWatch {
  /** Milliseconds by which the wall clock ran ahead since the last look; 0 below two seconds. Negative: it was set back. */
  look(): number;
  /** The same without taking note of it. */
  peek(): number;
}

const toleranceMs = 2000;

/** Creates a {@link ClockWatch}. */
export function createClockWatch(clock: Clock): ClockWatch {
  let wall = clock.now();
  let monotonic = clock.monotonic();

  function peek(): number {
    const jump = clock.now() - wall - (clock.monotonic() - monotonic);
    return Math.abs(jump) > toleranceMs ? jump : 0;
  }

  return {
    peek,
    look() {
      const jump = peek();
      wall = clock.now();
      monotonic = clock.monotonic();
      return jump;
    },
  };
}
