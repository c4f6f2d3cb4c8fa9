import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../src/client/core/retry-after.ts';

const now = Date.UTC(2026, 0, 1);
const at = (ms: number): string => new Date(ms).toUTCString();

test.each([
  ['no header', null, null, undefined],
  ['seconds', '30', null, 30_000],
  ['zero', '0', null, 0],
  ['a date by our clock', at(now + 30_000), null, 30_000],
  ["a date by the server's own clock, which is an hour ahead", at(now + 3_630_000), at(now + 3_600_000), 30_000],
  ['a date that has passed', at(now - 30_000), null, 0],
  ['a day, which is cut', '86400', null, 300_000],
  ['a date next year, which is cut', at(now + 31_536_000_000), null, 300_000],
  ['a number that overflows', '9'.repeat(400), null, 300_000],
  ['a negative number', '-1', null, 0],
  ['words', 'soon', null, undefined],
])('E3: reads %s', (_, value, date, expected) => {
  expect(retryAfterMs(value, date, now)).toBe(expected);
});
