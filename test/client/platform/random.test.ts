import { expect, test } from 'vitest';
import { webRandom } from '../../../src/client/platform/random.ts';

test('keys are 128 bits in base64url and never the same', () => {
  const keys = Array.from({ length: 500 }, () => webRandom().key());
  expect(keys.every((key) => /^[\w-]{21}[AQgw]$/.test(key))).toBe(true);
  expect(new Set(keys).size).toBe(500);
});
