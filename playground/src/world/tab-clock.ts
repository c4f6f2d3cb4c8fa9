import type { Readable } from 'sojourn';
import { createKept } from './kept.ts';

/** How far this tab's clock is off, in milliseconds. Survives a reload. */
const kept = createKept('tab', 'skew', '0');
const trueNow = Date.now.bind(Date);

/** The real time, whatever this tab's clock says. */
export const realNow: () => number = trueNow;

/** Makes the whole page read a clock that can be set wrong. Before anything else looks at it. */
export function installTabClock(): void {
  Date.now = () => trueNow() + Number(kept.getState());
}

/** How far this tab's clock is off, in milliseconds. */
export const skew: Readable<number> & { set(ms: number): void } = {
  getState: () => Number(kept.getState()),
  subscribe: kept.subscribe,
  set: (ms) => kept.set(String(ms)),
};
