import type { Lifecycle, LifecycleEvent } from '../core/ports.ts';

/** The page's life, and whether the page is away: the features that must let go then (locks, channels) ask. */
export interface PageLifecycle extends Lifecycle {
  /** True from pagehide or freeze until pageshow or resume. Known only while somebody is subscribed. */
  isAway(): boolean;
}

/** Never `unload` or `beforeunload`: they cost the page its place in the back/forward cache. */
const meanings: Readonly<Record<string, LifecycleEvent>> = {
  pagehide: 'away',
  freeze: 'away',
  pageshow: 'back',
  resume: 'back',
  visibilitychange: 'hidden',
  focus: 'look',
  online: 'online',
  offline: 'offline',
};

/** The page's events as the port's. Going away and coming back fire twice in browsers (pagehide and freeze), here once. */
export function pageLifecycle(): PageLifecycle {
  const page = globalThis.document as Document | undefined;
  const isVisible = (): boolean => page?.visibilityState !== 'hidden';
  let away = false;
  let subscribers = 0;
  return {
    subscribe(listener) {
      const stop = new AbortController();
      let told = away ? 'away' : 'back';
      subscribers++;
      const onEvent = ({ type, target }: Event): void => {
        // Captured on the window, where document events pass too; so does the focus of elements.
        if ((target as Node).nodeType === 1) return;
        const event = meanings[type] as LifecycleEvent;
        if (event === 'away' || event === 'back') {
          away = event === 'away';
          if (told === event) return;
          told = event;
        }
        listener(event === 'hidden' && isVisible() ? 'look' : event);
      };
      for (const type in meanings) globalThis.addEventListener?.(type, onEvent, { capture: true, signal: stop.signal });
      return () => {
        if (stop.signal.aborted) return;
        stop.abort();
        // Nobody listens for the return any more.
        if (!--subscribers) away = false;
      };
    },
    isVisible,
    seemsOnline: () => globalThis.navigator?.onLine !== false,
    isAway: () => away,
  };
}
