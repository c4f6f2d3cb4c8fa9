import type { SessionEvents } from 'sojourn';
import { describeEvent, type EventKind } from '../words/events.ts';
import { session } from './session.ts';
import { createStore, type Store } from './store.ts';

/** Something that happened, as the log shows it. */
export interface LogEntry {
  id: number;
  at: number;
  name: keyof SessionEvents;
  kind: EventKind;
  text: string;
}

const names: Readonly<Record<keyof SessionEvents, true>> = {
  signed_in: true,
  refreshed: true,
  ended: true,
  identity_changed: true,
  refresh_failed: true,
  rejected_after_refresh: true,
  connection_changed: true,
  storage_degraded: true,
  binding_unavailable: true,
  lock_stolen: true,
  idle_warning: true,
  absolute_warning: true,
  changed: true,
};
const longest = 200;
let last = 0;

/** Everything the manager reported in this tab, newest first. */
export const eventLog: Store<readonly LogEntry[]> = createStore<readonly LogEntry[]>([]);

/** Refreshes since this tab was loaded: all that were seen, and those this tab made. */
export const refreshes: Store<{ seen: number; here: number }> = createStore({ seen: 0, here: 0 });

function watch<K extends keyof SessionEvents>(name: K): void {
  session.on(name, (detail) => {
    const entry = { id: ++last, at: Date.now(), name, ...describeEvent(name, detail) };
    eventLog.update((before) => [entry, ...before].slice(0, longest));
  });
}

/** Writes down whatever the manager reports from now on. */
export function watchEvents(): void {
  for (const name of Object.keys(names) as Array<keyof SessionEvents>) watch(name);
  session.on('refreshed', ({ byThisTab }) => {
    refreshes.update(({ seen, here }) => ({ seen: seen + 1, here: here + (byThisTab ? 1 : 0) }));
  });
}
