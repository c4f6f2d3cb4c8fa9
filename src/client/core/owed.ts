import { backoffMs } from './backoff.ts';
import { askStorage } from './newest.ts';
import type { Surroundings } from './surroundings.ts';
import type { Cleanup } from './ports.ts';
import type { EndedRecord, LiveRecord } from './record.ts';
import { entomb } from './tombstone.ts';
import type { VaultContents } from './vault.ts';

/** Writes to the vault what this tab knows and the vault does not: a successor, or an end, that storage refused. */
export interface Owed {
  /** Tries now. True when nothing is owed any more. */
  settle(): Promise<boolean>;
  /** Tries later, again and again, until it is done. */
  retry(): void;
  stop(): void;
}

/** Creates an {@link Owed}. */
export function createOwed(context: () => Surroundings): Owed {
  let stopTimer: Cleanup = () => {};
  let failures = 0;

  function tellEnd({ sessionId, generation, reason, at }: EndedRecord): void {
    context().channel.post({ v: 1, type: 'ended', sessionId, generation, reason, at });
  }

  function amends(contents: VaultContents): VaultContents {
    const { tab } = context();
    const ended = tab.ended();
    const live = tab.live();
    if (ended) return entomb(contents, (record) => record.sessionId === ended.sessionId, ended.reason, ended.at, true);
    const { record } = contents;
    // Only over the same session, and only forward; a record that is gone is never rebuilt from memory.
    const behind =
      record?.kind === 'live' && record.sessionId === live?.sessionId && record.generation < live.generation;
    return behind ? { ...contents, record: live as LiveRecord } : contents;
  }

  async function settle(): Promise<boolean> {
    const { tab, vault } = context();
    if (!tab.unsaved) return true;
    try {
      let wrote = false;
      const write = (current: VaultContents): VaultContents => {
        const amended = amends(current);
        wrote = amended !== current;
        return amended;
      };
      await askStorage(
        context(),
        () => vault().update(write),
        (contents) => {
          tab.unsaved = false;
          failures = 0;
          tab.learn(contents, true);
          // Tabs that came since the end was told know nothing of it.
          if (wrote && contents.record?.kind === 'ended') tellEnd(contents.record);
        },
      );
      context().changed();
      return true;
    } catch {
      // Storage refused again; what is owed stays in memory and the state shows it as degraded.
      return false;
    }
  }

  function retry(): void {
    const { platform } = context();
    stopTimer();
    failures += 1;
    stopTimer = platform.clock.after(backoffMs(failures, platform.random.fraction()), () => {
      void settle().then((done) => (done ? undefined : retry()));
    });
  }

  return { settle, retry, stop: () => stopTimer() };
}
