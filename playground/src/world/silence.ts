let silent = false;

/** A killed page says no goodbye. These listeners are the first of all, so when they stop an event, nobody else hears it. */
export function installSilence(): void {
  for (const name of ['pagehide', 'visibilitychange', 'freeze', 'beforeunload']) {
    addEventListener(name, (event) => silent && event.stopImmediatePropagation(), { capture: true });
  }
}

/** From now on nothing in this page hears that it ends. */
export function fallSilent(): void {
  silent = true;
}
