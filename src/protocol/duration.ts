import { SessionError } from './session-error.ts';

/**
 * A length of time: a number of **seconds**, or a string such as `'90s'`, `'30m'`, `'12h'`, `'14 days'`, `'500ms'`, or
 * anything with `milliseconds()` (an oslo `TimeSpan`). A month is 30 days and a year 365 days.
 */
export type Duration = number | string | { milliseconds(): number };

const pattern =
  /^\s*(\d+(?:\.\d+)?)\s*(?:(ms)|(s|secs?|seconds?)|(m|mins?|minutes?)|(h|hrs?|hours?)|(d|days?)|(w|weeks?)|(mo|months?)|(y|yrs?|years?))\s*$/i;
/** What the groups of {@link pattern} after the first mean, in milliseconds. */
const units = [1, 1000, 60_000, 3_600_000, 86_400_000, 604_800_000, 2_592_000_000, 31_536_000_000];
const longestMs = 10 * 31_536_000_000;
const longestBareSeconds = 366 * 86_400;

/**
 * Turns a {@link Duration} into whole milliseconds.
 *
 * @throws SessionError `invalid_duration` when it is zero, negative, not finite, over ten years, a bare digit string,
 *   or a number over 366 days (most likely milliseconds where seconds are meant).
 * @example
 * ```ts
 * durationMs('30m'); // 1_800_000
 * durationMs(90); // 90_000
 * ```
 */
export function durationMs(duration: Duration): number {
  const ms = Math.round(rawMs(duration));
  if (!(ms > 0 && ms <= longestMs)) throw invalid(duration, 'it must be above zero and at most ten years');
  return ms;
}

function rawMs(duration: Duration): number {
  if (typeof duration === 'number') {
    if (duration > longestBareSeconds)
      throw invalid(duration, "a number means seconds; for more than 366 days pass a string such as '400d'");
    return duration * 1000;
  }
  if (typeof duration === 'string') {
    const match = pattern.exec(duration);
    if (!match) throw invalid(duration, "write a number with its unit, such as '30m', '12h' or '14d'");
    return Number(match[1]) * (units.find((_, unit) => match[unit + 2]) ?? Number.NaN);
  }
  if (typeof duration?.milliseconds === 'function') return duration.milliseconds();
  throw invalid(duration, "pass seconds as a number, or a string such as '30m'");
}

function invalid(duration: unknown, why: string): SessionError {
  const shown = typeof duration === 'string' ? `'${duration.slice(0, 40)}'` : String(duration).slice(0, 40);
  return new SessionError('invalid_duration', `The duration ${shown} cannot be used: ${why}.`);
}
