import type { Clock } from '../core/ports.ts';

/** A delay over 2^31 ms makes `setTimeout` fire at once, so long ones are waited for in pieces. */
const longestPieceMs = 2 ** 30;

/** The runtime's own time. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(ms, run) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const wait = (left: number): void => {
        const piece = Math.min(left, longestPieceMs);
        timer = setTimeout(() => (left > piece ? wait(left - piece) : run()), piece);
        // Node and Bun: a session alone is no reason to stay alive.
        (timer as { unref?: () => void }).unref?.();
      };
      // NaN is the end of a token that has none: that never comes.
      if (!Number.isNaN(ms)) wait(Math.max(0, ms));
      return () => clearTimeout(timer);
    },
  };
}
