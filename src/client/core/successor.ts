import type { User } from '../../protocol/session-view.ts';
import { samePair, type LiveRecord, type Pair } from './record.ts';
import { learntOffsetMs, type Exchange } from './exchange.ts';
import type { SigningKey } from './ports.ts';
import type { SessionFacts } from './session-facts.ts';
import { knownLifeMs } from './token-life.ts';
import { withRevocation } from './tombstone.ts';
import type { Grant } from './transport.ts';
import type { VaultContents } from './vault.ts';

/** The record of a fresh sign-in. */
export function firstRecord(
  grant: Grant,
  user: User,
  session: SessionFacts,
  key: SigningKey | null,
  exchange: Exchange,
): LiveRecord {
  // Nothing is known of the clock yet: what the answer says of it is the best there is.
  const guess = grant.serverTime === null ? 0 : grant.serverTime - exchange.receivedAt + exchange.tookMs / 2;
  return {
    version: 1,
    kind: 'live',
    user,
    session,
    key,
    ...granted(grant, exchange, guess),
    pending: null,
    attempts: [],
  };
}

/** The record after a rotation: the new pair, everything else as it was. */
export function nextRecord(record: LiveRecord, grant: Grant, exchange: Exchange): LiveRecord {
  return {
    ...record,
    ...granted(grant, exchange, record.offsetMs),
    user: grant.user ?? record.user,
    session: grant.session ?? record.session,
    revocationToken: grant.revocationToken ?? record.revocationToken,
    // A generation that was not rotated keeps its note: every attempt for it has to carry the same key.
    pending: grant.generation === record.generation ? record.pending : null,
  };
}

function granted(
  grant: Grant,
  exchange: Exchange,
  knownOffsetMs: number,
): Omit<LiveRecord, 'version' | 'kind' | 'user' | 'session' | 'key' | 'pending' | 'attempts'> {
  const offsetMs = learntOffsetMs(grant.serverTime, exchange) ?? knownOffsetMs;
  const issuedAt = grant.serverTime ?? exchange.sentAt + offsetMs;
  return {
    sessionId: grant.sessionId,
    generation: grant.generation,
    accessToken: grant.accessToken,
    tokenType: grant.tokenType,
    refreshToken: grant.refreshToken,
    revocationToken: grant.revocationToken,
    issuedAt,
    expiresAt: issuedAt + knownLifeMs(grant.lifeMs),
    offsetMs,
  };
}

const remembered = 5;

/**
 * Notes the attempt that is about to be made, or leaves the one that somebody noted before us: same generation, same key,
 * so that the server sees one caller. Anything but a live record of exactly this pair stays as it is.
 */
export function noteAttempt(contents: VaultContents, pair: Pair, key: string, at: number): VaultContents {
  const { record } = contents;
  if (record?.kind !== 'live' || !samePair(record, pair) || record.pending) return contents;
  const attempts =
    record.refreshToken === null
      ? [{ generation: record.generation, key }, ...record.attempts].slice(0, remembered)
      : record.attempts;
  return { ...contents, record: { ...record, pending: { key, at }, attempts } };
}

/** Puts `next` in the place of exactly the pair it was made from. */
export function replacePair(contents: VaultContents, pair: Pair, next: LiveRecord): VaultContents {
  const { record } = contents;
  return record?.kind === 'live' && samePair(record, pair) ? { ...contents, record: next } : contents;
}

/**
 * Commits a rotation. Where the session ended or was replaced in the meantime, the new pair is not wanted any more:
 * it goes to the outbox, unless the revocation that is there already covers it.
 */
export function succeed(contents: VaultContents, sent: LiveRecord, next: LiveRecord): VaultContents {
  const { record } = contents;
  const wanted = record?.kind === 'live' && record.sessionId === sent.sessionId;
  if (record === null || wanted || next.revocationToken === sent.revocationToken)
    return replacePair(contents, sent, next);
  return { ...contents, outbox: withRevocation(contents, next, next.issuedAt - next.offsetMs) };
}

/** Signs in: the new record, and the revocation of the live session it takes the place of, in one step. */
export function signInOver(contents: VaultContents, next: LiveRecord, at: number): VaultContents {
  const { record } = contents;
  const replaced = record?.kind === 'live' && record.sessionId !== next.sessionId;
  return {
    ...contents,
    record: next,
    activityAt: at,
    trouble: null,
    outbox: replaced ? withRevocation(contents, record, at) : contents.outbox,
  };
}
