import type { ActivitySource, Clock, Lifecycle } from '../core/ports.ts';

/**
 * What only a person does. Not `scroll` and not `visibilitychange`: a page that scrolls by script or a window that is uncovered
 * fires trusted ones too. People who scroll use a wheel, a finger, a key, or drag with a moving pointer.
 */
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'touchmove'];
/** Told at most this often. */
const throttleMs = 1000;
/** A wall clock that ran this far ahead of the monotonic one: the machine slept. */
const jumpMs = 2000;

/** Signs of a person, from the page's own input events. What wakes the machine or the page is not one. */
export function personActivity(clock: Clock, lifecycle: Lifecycle): ActivitySource {
  return {
    subscribe(listener) {
      const stop = new AbortController();
      let wall = clock.now();
      let ticks = clock.monotonic();
      let quietUntil = -Infinity;
      const quiet = (): void => void (quietUntil = clock.monotonic() + throttleMs);
      const onSign = (event: Event): void => {
        // Chromium sends a pointermove that moved nothing when the page changes under a resting pointer.
        const { isTrusted, type, movementX, movementY } = event as PointerEvent;
        if (!isTrusted || (type === 'pointermove' && !movementX && !movementY)) return;
        const slept = clock.now() - wall - (clock.monotonic() - ticks) > jumpMs;
        wall = clock.now();
        ticks = clock.monotonic();
        const heard = !slept && ticks >= quietUntil;
        if (heard || slept) quiet();
        if (heard) listener();
      };
      for (const sign of signs)
        globalThis.addEventListener?.(sign, onSign, { capture: true, passive: true, signal: stop.signal });
      const stopLifecycle = lifecycle.subscribe((event) => event === 'back' && quiet());
      return () => {
        stop.abort();
        stopLifecycle();
      };
    },
  };
}
