import { durationMs } from 'sojourn/protocol';
import { describe, expect, it } from 'vitest';
import { createDate, isWithinExpirationDate, TimeSpan, type TimeSpanUnit } from 'sojourn/compat/oslo';
import { start, stopTheClock } from './still-clock.ts';

stopTheClock();

describe('TimeSpan', () => {
  it.each([
    [7, 'ms', 7],
    [90, 's', 90_000],
    [30, 'm', 1_800_000],
    [24, 'h', 86_400_000],
    [30, 'd', 2_592_000_000],
    [104, 'w', 62_899_200_000],
    [-30, 'm', -1_800_000],
    [0, 'd', 0],
  ] as const)('%d %s is %d ms (S38)', (value, unit, ms) => {
    const span = new TimeSpan(value, unit);
    expect(span.milliseconds()).toBe(ms);
    expect(span).toMatchObject({ value, unit });
  });

  it('counts seconds with their fraction', () => {
    expect(new TimeSpan(1500, 'ms').seconds()).toBe(1.5);
    expect(new TimeSpan(30, 'd').seconds()).toBe(2_592_000);
  });

  it('is multiplied into whole milliseconds', () => {
    expect(new TimeSpan(1, 's').transform(1 / 3)).toEqual(new TimeSpan(333, 'ms'));
    expect(new TimeSpan(3, 'ms').transform(0.5)).toEqual(new TimeSpan(2, 'ms'));
    expect(new TimeSpan(1, 'h').transform(-2).milliseconds()).toBe(-7_200_000);
  });

  it('refuses a unit that it does not know, inherited names included (S38)', () => {
    for (const unit of ['y', 'days', '', 'toString', undefined])
      expect(() => new TimeSpan(1, unit as TimeSpanUnit)).toThrow(RangeError);
  });

  it('is a duration for everything else in the package (S38)', () => {
    expect(durationMs(new TimeSpan(2, 'h'))).toBe(7_200_000);
  });
});

describe('expiration dates', () => {
  it('createDate is so long after now, and before it for a negative span', () => {
    expect(createDate(new TimeSpan(1, 'h'))).toEqual(new Date(start + 3_600_000));
    expect(createDate(new TimeSpan(-1, 's'))).toEqual(new Date(start - 1000));
  });

  it('a date is within its expiration up to, and not at, its millisecond (S45)', () => {
    expect(isWithinExpirationDate(new Date(start + 1))).toBe(true);
    expect(isWithinExpirationDate(new Date(start))).toBe(false);
    expect(isWithinExpirationDate(new Date(start - 1))).toBe(false);
  });

  it('an invalid date is never within', () => {
    expect(isWithinExpirationDate(new Date(Number.NaN))).toBe(false);
  });
});
