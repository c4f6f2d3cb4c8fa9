import { afterEach, beforeEach, vi } from 'vitest';

/** The moment at which each test of a file begins. */
export const start: number = Date.UTC(2026, 0, 1, 12);

/** Stops `Date` at {@link start} for every test of a file. It moves when the test says so: `vi.setSystemTime`. */
export function stopTheClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: start });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}
