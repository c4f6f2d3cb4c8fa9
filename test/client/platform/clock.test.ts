import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/client/platform/clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const dayMs = 86_400_000;

test('F4: delays over 2^31 ms are waited for to the end, in pieces that timers can take', () => {
  const set = vi.spyOn(globalThis, 'setTimeout');
  const run = vi.fn();
  systemClock().after(365 * dayMs, run);
  vi.advanceTimersByTime(365 * dayMs - 1);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
  expect(Math.max(...set.mock.calls.map(([, ms]) => ms ?? 0))).toBeLessThan(2 ** 31);
});

test.each([24.8 * dayMs - 1000, 24.8 * dayMs + 1000, 2 ** 31 - 1, 2 ** 31, Infinity, Number.NaN])(
  'F4: %d ms does not fire in the first hour',
  (ms) => {
    const run = vi.fn();
    systemClock().after(ms, run);
    vi.advanceTimersByTime(3_600_000);
    expect(run).not.toHaveBeenCalled();
  },
);

test('a delay below zero is none', () => {
  const run = vi.fn();
  systemClock().after(-5, run);
  vi.advanceTimersByTime(0);
  expect(run).toHaveBeenCalledTimes(1);
});

test('a timer taken back never fires, in a later piece neither', () => {
  const run = vi.fn();
  const stop = systemClock().after(60 * dayMs, run);
  vi.advanceTimersByTime(30 * dayMs);
  stop();
  stop();
  vi.advanceTimersByTime(60 * dayMs);
  expect(run).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
