import { expect, test } from 'vitest';
import { exchange } from './planted-evidence.ts';
import { isTooLate } from './too-late.ts';

const late = exchange({ forwardedAt: 1000, session: 's1', spent: 'a' });

/** `count` refreshes of a session, each answered with the next token, and each once more with the same. */
function refreshes(count: number, session: string, from: number): ReturnType<typeof exchange>[] {
  return Array.from({ length: 2 * count }, (_, index) => {
    const generation = Math.floor(index / 2);
    return exchange({ forwardedAt: from + index, session, successor: `${session} ${generation}` });
  });
}

test('a request is too late when its session was rotated five times since it was sent', () => {
  expect(isTooLate(late, refreshes(4, 's1', 1100))).toBe(false);
  expect(isTooLate(late, refreshes(5, 's1', 1100))).toBe(true);
});

test('rotations before it, and those of other sessions, do not count', () => {
  expect(isTooLate(late, [...refreshes(5, 's1', 500), ...refreshes(5, 's2', 1100)])).toBe(false);
});
