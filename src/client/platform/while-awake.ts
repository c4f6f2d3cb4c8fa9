import type { Cleanup, Signal } from '../core/ports.ts';
import type { PageLifecycle } from './lifecycle.ts';
import { onAbort } from './on-abort.ts';

/**
 * Runs `step`, again and again until it answers true or `signal` aborts. Its own signal aborts when the page goes away; the next
 * turn waits until the page is back.
 */
export async function whileAwake(
  lifecycle: PageLifecycle,
  signal: Signal,
  step: (turn: AbortSignal) => Promise<boolean>,
): Promise<void> {
  for (let done = false; !done && !signal.aborted;) {
    const turn = new AbortController();
    const end = (): void => turn.abort();
    let wake: Cleanup = end;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    const stopLifecycle = lifecycle.subscribe((event) => (event === 'away' ? end() : event === 'back' && wake()));
    const forgetSignal = onAbort(signal, () => {
      end();
      wake();
    });
    try {
      if (!lifecycle.isAway()) done = await step(turn.signal);
      if (!done && lifecycle.isAway()) await awake;
    } finally {
      end();
      stopLifecycle();
      forgetSignal();
    }
  }
}
