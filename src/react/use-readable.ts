import { useMemo, useSyncExternalStore } from 'react';
import type { Readable } from '../index.ts';

/**
 * Reads what `select` picks from a store, and renders when that changed. The selector may be written inline and may build an
 * object: it is asked once per state, so a store that did not change renders nothing.
 *
 * @param first what the server rendered, and so what the first client render has to show
 */
export function useReadable<S, T>(store: Readable<S>, first: S, select: (state: S) => T): T {
  const pick = useMemo(() => askedOnce(select), [select]);
  return useSyncExternalStore(
    store.subscribe,
    () => pick(store.getState()),
    () => pick(first),
  );
}

/** `select`, asked again only for another state than the last. */
function askedOnce<S, T>(select: (state: S) => T): (state: S) => T {
  let from: S | undefined;
  let picked: T;
  return (state) => (state === from ? picked : (picked = select((from = state))));
}
