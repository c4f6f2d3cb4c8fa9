import { refusalOf, tombstone, type NewEvent } from './decision.ts';
import { endOf, keepUntil, tombstoneMs } from './life.ts';
import type { SessionRecord } from './record.ts';

/** What a sweep does with a record, and when it should look at it again. */
export type SweepDecision =
  | { outcome: 'remove'; event: NewEvent | null }
  | { outcome: 'keep'; write: SessionRecord | null; event: NewEvent | null; lookAt: number };

/** When a sweep has to look at a record for the first time: never later than its end. */
export function firstLook(record: SessionRecord, now: number): number {
  if (record.endedAt !== null) return keepUntil({ ...record, endedAt: record.endedAt });
  const end = endOf(record);
  return end === Infinity ? now + tombstoneMs : end;
}

/** Marks a record whose death nobody saw, and removes it once its tombstone is no longer due. */
export function decideSweep(record: SessionRecord, notBefore: number, now: number): SweepDecision {
  const refusal = refusalOf(record, notBefore, now);
  if (refusal === null) return { outcome: 'keep', write: null, event: null, lookAt: firstLook(record, now) };
  const unmarked = record.endReason === null;
  const dead = refusal.write ?? (unmarked ? tombstone(record, refusal.answer, notBefore) : record);
  const lookAt = firstLook(dead, now);
  if (now >= lookAt) return { outcome: 'remove', event: refusal.event };
  return { outcome: 'keep', write: unmarked ? dead : null, event: refusal.event, lookAt };
}
