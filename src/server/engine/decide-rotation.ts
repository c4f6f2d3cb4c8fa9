import { attemptAt, pushAttempt } from './attempts.ts';
import { eventOf, refusalOf, tombstone, type Decision } from './decision.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import { slideWindow } from './renewal.ts';

/** A refresh as a store sees it. Its token was found genuine before the store is asked. */
export interface RotationRequest {
  /** Of the refresh token. */
  generation: number;
  /** Tag of the attempt key made for that generation; null (cookie mode) when the caller made none for it. */
  attempt: string | null;
  /** Cookie mode: tag of the key made for the generation before. */
  previousAttempt: string | null;
  /** Thumbprint of the key that proved itself, or null. */
  keyThumbprint: string | null;
}

/** What becomes of a refresh. */
export type Rotation =
  | { outcome: 'rotated' | 'ahead' | 'replayed' | 'stale' | 'wrong_key'; record: SessionRecord }
  | { outcome: 'ended'; reason: DeathReason };

/**
 * The server step of the rotation protocol. Pure: a store runs it inside one atomic step,
 * and a store that cannot run JavaScript is checked against it.
 */
export function decideRotation(
  record: SessionRecord | null,
  notBefore: number,
  request: RotationRequest,
  now: number,
): Decision<Rotation> {
  // Its tombstone has left the store.
  if (record === null) return { answer: { outcome: 'ended', reason: 'expired' }, write: null, event: null };
  const refusal = refusalOf(record, notBefore, now);
  if (refusal !== null) return { ...refusal, answer: { outcome: 'ended', reason: refusal.answer } };
  // A wrong proof never kills: whoever copied the token could sign its owner out with it.
  if (record.keyThumbprint !== null && record.keyThumbprint !== request.keyThumbprint)
    return unchanged('wrong_key', record);

  const { generation, attempt } = request;
  if (generation >= record.generation) {
    if (attempt !== null) return rotate(record, generation, attempt, now);
    // The cookie jar is one ahead of the tab's record: its attempt was done already.
    const jarAhead = generation === record.generation && matches(record, 0, request.previousAttempt);
    return unchanged(jarAhead ? 'replayed' : 'stale', record);
  }

  const back = record.generation - 1 - generation;
  if (matches(record, back, attempt)) return unchanged(back === 0 ? 'replayed' : 'stale', record);
  // No key, or none to compare with, proves nothing.
  if (attempt === null || (back > 0 && attemptAt(record.attempts, back) === 'blank')) return unchanged('stale', record);
  return {
    answer: { outcome: 'ended', reason: 'reuse_detected' },
    write: tombstone(record, 'reuse_detected', now),
    event: eventOf(record, 'session.reuse_detected', now, { reason: 'reuse_detected', generation }),
  };
}

function matches(record: SessionRecord, back: number, attempt: string | null): boolean {
  return attempt !== null && attemptAt(record.attempts, back) === attempt;
}

function unchanged(outcome: 'replayed' | 'stale' | 'wrong_key', record: SessionRecord): Decision<Rotation> {
  return { answer: { outcome, record }, write: null, event: null };
}

function rotate(record: SessionRecord, generation: number, attempt: string, now: number): Decision<Rotation> {
  const forgotten = generation - record.generation;
  const write: SessionRecord = {
    ...record,
    generation: generation + 1,
    attempts: pushAttempt(record.attempts, attempt, forgotten),
    lastRefreshedAt: now,
    updatedAt: now,
    windowEndsAt: slideWindow(record, now, 'refresh'),
  };
  const event = eventOf(record, 'session.refreshed', now, { generation: generation + 1 });
  return { answer: { outcome: forgotten > 0 ? 'ahead' : 'rotated', record: write }, write, event };
}
