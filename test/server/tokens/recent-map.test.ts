import { expect, it } from 'vitest';
import { createRecentMap } from '../../../src/server/tokens/recent-map.ts';

it('never holds more than its limit', () => {
  const map = createRecentMap<number>(10);
  for (let i = 0; i < 1000; i++) map.set(`key ${i}`, i);
  expect(map.size).toBeLessThanOrEqual(10);
  expect(map.get('key 999')).toBe(999);
  expect(map.get('key 0')).toBeUndefined();
});

it('keeps what is asked for', () => {
  const map = createRecentMap<number>(10);
  map.set('wanted', 1);
  for (let i = 0; i < 1000; i++) {
    map.set(`key ${i}`, i);
    expect(map.get('wanted')).toBe(1);
  }
});

it('forgets what is deleted, in both halves', () => {
  const map = createRecentMap<number>(4);
  for (const key of ['a', 'b', 'c']) map.set(key, 1);
  map.delete('a');
  map.delete('c');
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 1, undefined]);
  map.clear();
  expect(map.size).toBe(0);
});
