/** Milliseconds, seconds, minutes, hours, days, weeks. */
export type TimeSpanUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w';

/** Applied one after the other: one product of them would round a fraction of a unit differently. */
const factors: Readonly<Record<TimeSpanUnit, readonly number[]>> = {
  ms: [],
  s: [1000],
  m: [1000, 60],
  h: [1000, 60, 60],
  d: [1000, 60, 60, 24],
  w: [1000, 60, 60, 24, 7],
};

/**
 * A length of time; negative ones lie in the past. Every duration of this package may be given as one.
 *
 * @throws RangeError for a unit that is none of {@link TimeSpanUnit}.
 * @example
 * ```ts
 * new TimeSpan(30, 'd').seconds(); // 2_592_000
 * ```
 */
export class TimeSpan {
  value: number;
  unit: TimeSpanUnit;

  constructor(value: number, unit: TimeSpanUnit) {
    if (!Object.hasOwn(factors, unit))
      throw new RangeError(`'${String(unit).slice(0, 20)}' is no unit of time; use one of ms, s, m, h, d, w.`);
    this.value = value;
    this.unit = unit;
  }

  milliseconds(): number {
    return factors[this.unit].reduce((sum, factor) => sum * factor, this.value);
  }

  /** May have a fraction: 1500 ms are 1.5 seconds. */
  seconds(): number {
    return this.milliseconds() / 1000;
  }

  /** A span `x` times as long, in whole milliseconds. */
  transform(x: number): TimeSpan {
    return new TimeSpan(Math.round(this.milliseconds() * x), 'ms');
  }
}
