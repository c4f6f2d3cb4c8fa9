import type { Clock } from './ports.ts';

/** Notices that the wall clock and the monotonic clock disagree: the machine slept, or somebody set the clock. */
export interface ClockWatch {
  /** Milliseconds by which the wall clock ran ahead since the last look; 0 below two seconds. Negative: it was set back. */
  look(): number;
}

const toleranceMs = 2000;

/** Creates a {@link ClockWatch}. */
export function createClockWatch(clock: Clock): ClockWatch {
  let wall = clock.now();
  let monotonic = clock.monotonic();
  return {
    look() {
      const now = clock.now();
      const ticks = clock.monotonic();
      const jump = now - wall - (ticks - monotonic);
      wall = now;
      monotonic = ticks;
      return Math.abs(jump) > toleranceMs ? jump : 0;
    },
  };
}
