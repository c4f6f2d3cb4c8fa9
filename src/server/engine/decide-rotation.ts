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
  /** Cookie mode: the keys that the caller made for other generations. */
  otherAttempts: readonly AttemptTag[];
  /** Thumbprint of the key that proved itself, or null. */
  keyThumbprint: string | null;
}

/** The tag of the attempt key that was made for a generation. */
export interface AttemptTag {
  generation: number;
  tag: string;
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
    // The cookie jar is one ahead of the tab's record: its attempt was done already,
    if (generation === record.generation) return unchanged(madeNewest(record, request) ? 'replayed' : 'stale', record);
    // and, when it is ahead of the store too, forgotten since. It is done again.
    const done = tagFor(request, generation - 1);
    return done === null ? unchanged('stale', record) : rotate(record, generation - 1, done, now);
  }

  const back = record.generation - 1 - generation;
  const isRetry = matches(record, back, attempt);
  if (isRetry && back === 0) return unchanged('replayed', record);
  // No key, or none to compare with, proves nothing.
  if (isRetry || attempt === null || (back > 0 && attemptAt(record.attempts, back) === 'blank'))
    // A late answer put an old cookie back: the browser that made the newest rotation gets its successor again.
    return unchanged(madeNewest(record, request) ? 'replayed' : 'stale', record);
  return {
    answer: { outcome: 'ended', reason: 'reuse_detected' },
    write: tombstone(record, 'reuse_detected', now),
    event: eventOf(record, 'session.reuse_detected', now, { reason: 'reuse_detected', generation }),
  };
}

/** Cookie mode: whether the caller names the key of the newest rotation, whatever its cookie is. */
function madeNewest(record: SessionRecord, request: RotationRequest): boolean {
  return matches(record, 0, tagFor(request, record.generation - 1));
}

function tagFor({ otherAttempts }: RotationRequest, generation: number): string | null {
  return otherAttempts.find((made) => made.generation === generation)?.tag ?? null;
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
