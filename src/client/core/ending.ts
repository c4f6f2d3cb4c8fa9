import type { EndReason } from '../../protocol/end-reason.ts';
import { isSessionError } from '../../protocol/session-error.ts';
import { changeBetween, type Change } from './change.ts';
import type { Context } from './context.ts';
import { askStorage } from './newest.ts';
import type { IdleWatch } from './idle-watch.ts';
import type { LiveRecord, Pair } from './record.ts';
import { entomb, tombstone, withRevocation } from './tombstone.ts';
import { emptyContents, type VaultContents } from './vault.ts';

/** Ends sessions from this side: here at once, in the vault and the other tabs with the same step, at the server by the outbox. */
export interface Ending {
  /** Ends the session for a reason this tab found, unless the vault knows better (somebody was active elsewhere). */
  end(reason: EndReason): Promise<void>;
  /** Signs out whoever is signed in on this browser. */
  signOut(): Promise<void>;
  /** What the vault holds on a cold start, with what is over ended before anybody sees it. */
  onStart(contents: VaultContents): Promise<VaultContents>;
}

/** Creates {@link Ending}. */
export function createEnding(context: Context, idle: IdleWatch): Ending {
  const { platform, tab, channel } = context;
  const { clock } = platform;

  function tell({ sessionId, generation }: Pair, reason: EndReason, at: number): void {
    channel.post({ v: 1, type: 'ended', sessionId, generation, reason, at });
  }

  /** Storage could not be told: the end holds here, and is written and handed in for as long as this tab lives. */
  function endWithoutStorage(live: LiveRecord, reason: EndReason, at: number): void {
    if (tab.live()?.sessionId === live.sessionId) tab.hold(tombstone(live, reason, at), true);
    for (const entry of withRevocation(emptyContents, live, at)) context.keep(entry);
    context.owed.retry();
  }

  function endHere(live: LiveRecord, reason: EndReason, at: number): void {
    if (tab.live()?.sessionId === live.sessionId) tab.hold(tombstone(live, reason, at), false);
    tab.unsaved = false;
  }

  function over(contents: VaultContents, live: LiveRecord, reason: EndReason, at: number): VaultContents {
    const { record } = contents;
    if (reason === 'idle' && !idle.isOver(live.session.idleTimeoutMs, contents.activityAt)) return contents;
    // The session that seemed lost is there, or somebody renewed what could not be renewed.
    if (reason.startsWith('storage_') && record?.kind === 'live') return contents;
    if (reason === 'refresh_rejected' && record?.kind === 'live' && !isKnown(changeBetween(live, record)))
      return contents;
    if (record === null) return endMissing(contents, live, reason, at);
    return entomb(contents, (stored) => stored.sessionId === live.sessionId, reason, at, true);
  }

  return {
    async end(reason) {
      const live = tab.live();
      if (!live) return;
      const at = clock.now();
      try {
        // What only this tab knows of the person's activity must not count for less than what was written down.
        await askStorage(
          context,
          async () => {
            const change = (current: VaultContents): VaultContents => over(current, live, reason, at);
            try {
              return await context.vault().update(change);
            } catch (error) {
              // Storage that takes nothing may still tell that somebody was active, or that it is over already.
              const contents = await context.vault().read();
              if (change(contents) === contents) return contents;
              throw error;
            }
          },
          (contents) => {
            tab.learn(contents, true);
            if (tab.ended()?.at === at) tell(live, reason, at);
          },
        );
      } catch (error) {
        // Somebody may have told of activity while storage kept silent.
        if (reason === 'idle' && !idle.check()) return;
        // A later version of the app took the storage over, and the session with it: it goes on there, and is over here only.
        if (isSessionError(error) && !error.retryable) endHere(live, reason, at);
        else {
          endWithoutStorage(live, reason, at);
          tell(live, reason, at);
        }
      }
      context.flush();
      context.changed();
    },
    async signOut() {
      const at = clock.now();
      const live = tab.live();
      // Who signed in while storage took its time is not meant.
      const isMeant = ({ sessionId, session, offsetMs }: LiveRecord): boolean =>
        sessionId === live?.sessionId || session.createdAt - offsetMs <= at;
      const writing = context.vault().update((contents) => {
        if (live && contents.record === null) return endMissing(contents, live, 'signed_out', at);
        return entomb(contents, isMeant, 'signed_out', at, true);
      });
      if (live) {
        tell(live, 'signed_out', at);
        tab.hold(tombstone(live, 'signed_out', at), true);
      }
      try {
        await askStorage(
          context,
          () => writing,
          (contents) => {
            tab.unsaved = false;
            tab.learn(contents, true);
            // Told again now that it is written: a tab that was just opening has read the record and missed the first time.
            const { record } = contents;
            if (record?.kind === 'ended' && record.at === at) tell(record, 'signed_out', at);
          },
        );
      } catch {
        if (live) endWithoutStorage(live, 'signed_out', at);
      }
      context.flush();
      context.changed();
      await context.endings.settled();
    },
    async onStart(contents) {
      const { record, trouble } = contents;
      const now = clock.now();
      const vault = context.vault();
      if (trouble === 'corrupt') {
        const nobody = {
          version: 1,
          kind: 'ended',
          sessionId: 'unknown',
          generation: 0,
          userId: 'unknown',
          at: now,
        } as const;
        return vault.update((current) =>
          current.trouble === 'corrupt'
            ? { ...current, trouble: null, record: { ...nobody, reason: 'storage_corrupt' } }
            : current,
        );
      }
      if (record?.kind !== 'live') return contents;
      const { idleTimeoutMs, absoluteEndsAt } = record.session;
      const isPast = absoluteEndsAt !== null && now + record.offsetMs >= absoluteEndsAt;
      if (!isPast && !idle.isOver(idleTimeoutMs, contents.activityAt)) return contents;
      const reason = isPast ? 'absolute_expired' : 'idle';
      const after = await vault.update((current) => over(current, record, reason, now));
      // Tabs that slept through it may show it still.
      if (after.record?.kind === 'ended' && after.record.at === now) tell(record, reason, now);
      return after;
    },
  };
}

const isKnown = (change: Change): boolean => change === 'nothing' || change === 'rolled_back';

/** Nothing is stored any more: the reason is, so that a reload can tell it, and the server hears of the end all the same. */
function endMissing(contents: VaultContents, live: LiveRecord, reason: EndReason, at: number): VaultContents {
  return { ...contents, record: tombstone(live, reason, at), outbox: withRevocation(contents, live, at) };
}
