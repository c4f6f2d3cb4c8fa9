import { durationMs } from '../../protocol/duration.ts';
import { SessionError } from './errors.ts';

const periods = [
  'seconds',
  'minutes',
  'hours',
  'days',
  'weeks',
  'months',
  'years',
  'secs',
  'mins',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'year',
] as const;

/** A unit of time. A month is 30 days and a year 365. */
export type Period = (typeof periods)[number];

/** How long sessions of a type last. */
export interface Expiry {
  /** A whole number above zero. */
  expiry: number;
  period: Period;
}

/**
 * The milliseconds of an expiry.
 *
 * @throws SessionError `INVALID_DURATION` for a number or a unit that is none, and above ten years.
 * @example
 * ```ts
 * toDuration({ expiry: 7, period: 'days' }); // 604_800_000
 * ```
 */
export function toDuration({ expiry, period }: Expiry): number {
  if (!Number.isSafeInteger(expiry) || expiry <= 0)
    throw invalidDuration(`expiry is a whole number above zero, not ${String(expiry).slice(0, 20)}.`);
  if (!periods.includes(period))
    throw invalidDuration(
      `'${String(period).slice(0, 20)}' is no period; use seconds, minutes, hours, days, weeks, months or years.`,
    );
  try {
    return durationMs(`${expiry} ${period}`);
  } catch (cause) {
    throw invalidDuration(`${expiry} ${period} is too long; the most is ten years.`, cause);
  }
}

/** An expiry of so many milliseconds, in the longest of days, hours, minutes and seconds that needs no fraction. */
export function expiryOf(ms: number): Expiry {
  for (const period of ['days', 'hours', 'minutes'] as const) {
    const unit = toDuration({ expiry: 1, period });
    if (ms % unit === 0) return { expiry: ms / unit, period };
  }
  return { expiry: Math.ceil(ms / 1000), period: 'seconds' };
}

function invalidDuration(message: string, cause?: unknown): SessionError {
  return new SessionError('INVALID_DURATION', message, cause === undefined ? {} : { cause });
}
