import { describe, expect, it } from 'vitest';
import { durationMs } from '../../src/protocol/duration.ts';

describe('durationMs', () => {
  it.each([
    ['500ms', 500],
    ['1s', 1000],
    ['90 secs', 90_000],
    ['30m', 1_800_000],
    ['1.5 hours', 5_400_000],
    ['12h', 43_200_000],
    ['14 days', 1_209_600_000],
    ['2w', 1_209_600_000],
    ['1mo', 2_592_000_000],
    ['1 year', 31_536_000_000],
    ['  7D ', 604_800_000],
    [90, 90_000],
    [0.25, 250],
  ])('reads %j as %d ms (S36)', (given, ms) => {
    expect(durationMs(given)).toBe(ms);
  });

  it('takes anything with milliseconds()', () => {
    expect(durationMs({ milliseconds: () => 1234 })).toBe(1234);
  });

  it.each([
    [0],
    [-1],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['30'],
    ['soon'],
    ['-5m'],
    ['11y'],
    [''],
    [{ milliseconds: () => -1 }],
  ])('refuses %j with what to do', (given) => {
    expect(() => durationMs(given)).toThrowError(
      expect.objectContaining({ code: 'invalid_duration', retryable: false }),
    );
  });

  it('takes a number over 366 days for milliseconds that were meant as seconds (S37)', () => {
    expect(() => durationMs(1_800_000_000)).toThrowError(/a number means seconds/);
  });

  it('shows no more of a wrong value than is needed', () => {
    expect(() => durationMs('x'.repeat(500))).toThrowError(
      expect.objectContaining({ message: expect.not.stringMatching(/x{50}/) }),
    );
  });
});
