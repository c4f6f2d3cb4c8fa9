import { expect, test } from 'vitest';
import { $, parsePath, path, triple, type SemanticPath } from 'sojourn/compat/sdk-do';

/** The path along names, some of which the types do not know. */
function along(...names: string[]): SemanticPath {
  return names.reduce<SemanticPath>((from, name) => from[name]!, $);
}

test('S100: a path is its text, however it is asked for', () => {
  const created = along('Order', 'created', 'Customer');
  const text = '$.Order.created.Customer';
  expect(String(created)).toBe(text);
  const inText = created as unknown as string;
  expect([`${inText}`, inText + '!']).toEqual([text, `${text}!`]);
  expect([created.toString(), created.valueOf(), created.path]).toEqual([text, text, text]);
  expect(JSON.stringify({ e: created })).toBe(`{"e":"${text}"}`);
  expect(String($)).toBe('$');
});

test('S100: it goes as deep as one likes, with any name', () => {
  expect(String(along('a', 'b', 'c', 'd', 'e', 'f'))).toBe('$.a.b.c.d.e.f');
  expect(String(along('Order-123', '4'))).toBe('$.Order-123.4');
  expect(String(along('', ''))).toBe('$..');
  expect(String(along('path', 'created'))).toBe('$.path.created');
  expect(String(along('constructor'))).toBe('$.constructor');
});

test('S100: a longer path leaves the shorter one as it was', () => {
  const order = along('Order');
  const [created, paid] = [order['created'], order['paid']];
  expect([order, created, paid].map(String)).toEqual(['$.Order', '$.Order.created', '$.Order.paid']);
});

test('S100: it may be awaited, spread and inspected without harm', async () => {
  expect(String(await Promise.resolve($.Session))).toBe('$.Session');
  expect(() => [...($ as unknown as Iterable<unknown>)]).toThrow(TypeError);
  expect(Reflect.get($, Symbol.iterator)).toBeUndefined();
  expect(Reflect.get($, Symbol('unknown'))).toBeUndefined();
  expect(typeof $).toBe('object');
});

test('S100: three parts are put together and taken apart', () => {
  expect(path('Order', 'created', 'Customer')).toBe('$.Order.created.Customer');
  expect(parsePath('$.Order.created.Customer')).toEqual({
    subject: 'Order',
    predicate: 'created',
    object: 'Customer',
  });
  expect(parsePath(along('Order', 'created', 'Customer'))).toEqual(parsePath('$.Order.created.Customer'));
});

test.each(['', '$', '$.Order', '$.Order.created', 'Order.created.Customer', '$.a.b.c.d', '$..b.c', '$.a..c', '$.a.b.'])(
  'S100: "%s" is no path of three parts',
  (text) => {
    expect(parsePath(text)).toBeNull();
  },
);

test('S100: a triple is built in any order, and not before it is whole', () => {
  const begun = triple().object('Customer').subject('Order');
  expect(begun.predicate('created').build()).toBe('$.Order.created.Customer');
  expect(begun.predicate('paid').build()).toBe('$.Order.paid.Customer');
  expect(() => begun.build()).toThrow(/name all three/);
  expect(() => triple().build()).toThrow(Error);
});
