import type { Cleanup, Signal } from '../core/ports.ts';

/** Calls `run` when `signal` aborts, at once if it has. The core's signals are the runtime's own by contract. */
export function onAbort(signal: Signal, run: () => void): Cleanup {
  const real = signal as AbortSignal;
  if (real.aborted) run();
  else real.addEventListener('abort', run, { once: true });
  return () => real.removeEventListener('abort', run);
}
