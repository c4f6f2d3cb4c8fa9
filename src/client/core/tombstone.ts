import type { EndReason } from '../../protocol/end-reason.ts';
import type { EndedRecord, LiveRecord } from './record.ts';
import type { VaultContents } from './vault.ts';

/**
 * Ends the live session that is there, if it is the one that is `meant`: the tombstone and, with `revoke`, the revocation
 * for the outbox, in one step. The first tombstone wins.
 */
export function entomb(
  contents: VaultContents,
  meant: (record: LiveRecord) => boolean,
  reason: EndReason,
  at: number,
  revoke: boolean,
): VaultContents {
  const { record } = contents;
  if (record?.kind !== 'live' || !meant(record)) return contents;
  return {
    ...contents,
    record: tombstone(record, reason, at),
    outbox: revoke ? withRevocation(contents, record, at) : contents.outbox,
  };
}

/** What is left of a session. */
export function tombstone(record: LiveRecord, reason: EndReason, at: number): EndedRecord {
  const { sessionId, generation, user } = record;
  return { version: 1, kind: 'ended', sessionId, generation, userId: user.id, reason, at };
}

/** The outbox with the revocation of this session in it. */
export function withRevocation(contents: VaultContents, record: LiveRecord, at: number): VaultContents['outbox'] {
  const { sessionId, revocationToken } = record;
  if (revocationToken === null || contents.outbox.some((entry) => entry.revocationToken === revocationToken))
    return contents.outbox;
  return [...contents.outbox, { sessionId, revocationToken, at }];
}
