import type { TimeSpan } from './time-span.ts';

/** The moment so long after now. */
export function createDate(timeSpan: TimeSpan): Date {
  return new Date(Date.now() + timeSpan.milliseconds());
}

/** Whether `date` is still to come. Not so at the very millisecond, and never for an invalid date. */
export function isWithinExpirationDate(date: Date): boolean {
  return Date.now() < date.getTime();
}
