import { SessionError } from '../../protocol/session-error.ts';
import { flyLocked, type LockedResult } from './locked-flight.ts';
import { askStorage } from './newest.ts';
import type { Owed } from './owed.ts';
import type { Keys } from './ports.ts';
import { samePair, type LiveRecord } from './record.ts';
import { asSessionError, cannotRenew, nobodySignedIn } from './refusal.ts';
import type { Surroundings } from './surroundings.ts';
import { tombstone } from './tombstone.ts';
import type { Transport } from './transport.ts';
import type { VaultContents } from './vault.ts';

/**
 * One flight, and everything that follows from it in this tab and the others. Answers null when this tab knows newer tokens,
 * or what went wrong, to be tried again later.
 *
 * @throws SessionError when there is nothing to try again: the session ended
 */
export async function renewOnce(
  context: Surroundings & { readonly owed: Owed },
  network: { transport: Transport; keys: Keys },
  from: LiveRecord,
  waiting: (told: () => void) => void,
): Promise<SessionError | null> {
  const { platform, tab, hub, channel, vault } = context;
  const since = tab.version();

  /** What a flight brought from storage; read again when this tab learnt something while it flew. */
  async function newest(landed: LockedResult): Promise<LockedResult> {
    if (since === tab.version() || !('contents' in landed) || !landed.contents) return landed;
    let contents: VaultContents = landed.contents;
    const read = (): Promise<VaultContents> =>
      vault()
        .read()
        .catch(() => contents);
    await askStorage(context, read, (found) => (contents = found));
    return { ...landed, contents };
  }

  function conclude(result: LockedResult): SessionError | null {
    switch (result.kind) {
      case 'told':
        return settle();
      case 'granted': {
        const { record } = result.contents;
        if (record?.kind === 'live' && samePair(record, result.record)) {
          channel.post({ v: 1, type: 'refreshed', sessionId: record.sessionId, generation: record.generation });
        }
        tab.learnOffset(result.record.offsetMs);
        tab.learn(result.contents, true);
        return settle();
      }
      case 'unsaved':
        if (tab.live() && samePair(tab.live() as LiveRecord, from)) {
          tab.learnOffset(result.record.offsetMs);
          tab.hold(result.record, true);
          tab.show({ type: 'connection', connection: 'degraded' });
          hub.emit('storage_degraded', { error: result.error });
          hub.emit('refreshed', { generation: result.record.generation, byThisTab: true });
          context.owed.retry();
        }
        return null;
      case 'learnt':
        tab.learn(result.contents, false);
        return settle();
      case 'ended': {
        const { sessionId, generation } = from;
        const at = platform.clock.now();
        channel.post({ v: 1, type: 'ended', sessionId, generation, reason: result.reason, at });
        if (result.contents) tab.learn(result.contents, true);
        else if (tab.live()?.sessionId === sessionId) {
          tab.hold(tombstone(from, result.reason, at), true);
          context.owed.retry();
        }
        context.flush();
        throw nobodySignedIn(tab);
      }
      case 'rejected':
        tab.doom = 'refresh_rejected';
        context.changed();
        hub.emit('refresh_failed', { error: cannotRenew('refresh_rejected'), retryInMs: null });
        throw cannotRenew('refresh_rejected');
      case 'failed':
        return result.error;
    }
  }

  /** After the vault was heard: was it what we came for? */
  function settle(): SessionError | null {
    const live = tab.live();
    if (!live) throw nobodySignedIn(tab);
    if (tab.doom) throw cannotRenew(tab.doom);
    if (samePair(live, from) && live.accessToken === from.accessToken)
      return new SessionError('unexpected_answer', 'The refresh changed nothing. Try again later.');
    tab.show({ type: 'connection', connection: 'online' });
    return null;
  }

  const landed = await flyLocked(context, network, from, waiting).catch((error: unknown): LockedResult => ({
    kind: 'failed',
    error: asSessionError(error),
  }));
  return conclude(await newest(landed));
}
