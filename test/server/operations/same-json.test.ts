import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from 'sojourn/server';
import { sameJson } from '../../../src/server/operations/same-json.ts';

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;

test('JSON is the same as itself, read again', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(sameJson(value, JSON.parse(JSON.stringify(value)) as JsonValue)).toBe(true);
    }),
  );
});

test('JSON is the same in whatever order its members come', () => {
  expect(sameJson({ a: 1, b: { c: [2], d: null } }, { b: { d: null, c: [2] }, a: 1 })).toBe(true);
});

test.each([
  [null, 0],
  [null, {}],
  [[], {}],
  [
    [1, 2],
    [2, 1],
  ],
  [[1], [1, 1]],
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { b: 1 }],
  [{ a: null }, {}],
  [{}, JSON.parse('{"__proto__":1}') as JsonObject],
  ['1', 1],
])('%j is not the same as %j', (one: JsonValue, other: JsonValue) => {
  expect([sameJson(one, other), sameJson(other, one)]).toEqual([false, false]);
});
