import { createHmac } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { createMac } from '../../../src/server/tokens/mac.ts';
import { createRandom } from '../../../src/server/tokens/random.ts';

const secret = new Uint8Array(32).fill(7);
const options = {
  secrets: { 0: secret, 255: new Uint8Array(64).fill(8) },
  current: 0,
  userTagSecret: new Uint8Array(32).fill(9),
};
const message = new TextEncoder().encode('message');

describe('mac', () => {
  test('is HMAC-SHA-256 over the labelled message, cut to 16 bytes; tags to 12 and 8', () => {
    const mac = createMac(options);
    const expected = createHmac('sha256', secret)
      .update(Buffer.from([5]))
      .update('labelmessage')
      .digest()
      .subarray(0, 16);
    expect(mac.sign(0, 'label', message)).toEqual(expected);
    expect([mac.currentKeyId, mac.sign(1, 'label', message)]).toEqual([0, null]);
    expect((mac.userTag('ada') as Uint8Array).length).toBe(12);
    expect((mac.attemptTag('ada') as Uint8Array).length).toBe(8);
    expect((mac.userTag('ada') as Uint8Array).subarray(0, 8)).not.toEqual(mac.attemptTag('ada'));
  });

  test('sets label and message apart, and one key from another', () => {
    const mac = createMac(options);
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(mac.sign(0, 'ab', bytes('c'))).not.toEqual(mac.sign(0, 'a', bytes('bc')));
    expect(mac.sign(0, 'a', bytes('b'))).not.toEqual(mac.sign(255, 'a', bytes('b')));
  });

  test('gives the same on a runtime with Web Crypto only', async () => {
    const here = createMac(options);
    vi.stubGlobal('process', undefined);
    let there: ReturnType<typeof createMac>;
    try {
      there = createMac(options);
    } finally {
      vi.unstubAllGlobals();
    }
    const later = there.sign(0, 'label', message);
    expect(later).toBeInstanceOf(Promise);
    expect(Buffer.from((await later)!)).toEqual(here.sign(0, 'label', message));
    expect(Buffer.from(await there.userTag('é'))).toEqual(here.userTag('é'));
    expect(Buffer.from(await there.attemptTag('é'))).toEqual(here.attemptTag('é'));
  });

  test('compares all bytes', () => {
    const { equal } = createMac(options);
    expect(equal(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(true);
    for (const other of [[1, 3], [0, 2], [1], [1, 2, 0], []])
      expect(equal(new Uint8Array([1, 2]), new Uint8Array(other))).toBe(false);
  });

  test('refuses secrets that are too short, ids that do not fit, and a current key it does not have', () => {
    const short = new Uint8Array(31);
    for (const wrong of [
      { ...options, secrets: { 0: short } },
      { ...options, userTagSecret: short },
      { ...options, secrets: { 0: secret, 256: secret } },
      { ...options, current: 1 },
    ])
      expect(() => createMac(wrong)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});

test('random bytes are of the length asked for, and not twice the same', () => {
  const random = createRandom();
  expect(random.bytes(16).length).toBe(16);
  expect(random.bytes(16)).not.toEqual(random.bytes(16));
});
