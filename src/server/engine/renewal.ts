import { isRenewalDue } from './life.ts';
import type { SessionRecord } from './record.ts';

/** The window end after a use of the session at `now`: moved by its renewal policy, never back, never past the absolute end. */
export function slideWindow(record: SessionRecord, now: number, use: 'touch' | 'refresh'): number | null {
  if (record.windowEndsAt === null || record.windowMs === null) return record.windowEndsAt;
  return slides(record, now, use) ? restartWindow(record, now) : record.windowEndsAt;
}

/** The window end of a window that starts anew at `now`: never back, never past the absolute end. */
export function restartWindow(record: SessionRecord, now: number): number | null {
  if (record.windowEndsAt === null || record.windowMs === null) return record.windowEndsAt;
  return Math.max(record.windowEndsAt, Math.min(now + record.windowMs, record.absoluteEndsAt ?? Infinity));
}

function slides(record: SessionRecord, now: number, use: 'touch' | 'refresh'): boolean {
  switch (record.renewal) {
    case 'none':
      return false;
    case 'manual':
      return use === 'refresh';
    case 'access':
      return true;
    case 'half-life':
      return isRenewalDue(record, now);
  }
}
