import { describe, expect, test } from 'vitest';
import { after, createSdkWorld, day, hour, start } from './sdk-world.ts';

describe('data', () => {
  test('S4 S30: is kept as JSON: nested, with dates as ISO texts, without what JSON cannot say', async () => {
    const { session } = createSdkWorld();
    const data = {
      preferences: { theme: 'dark' },
      permissions: ['read', 'write'],
      when: new Date(start),
      nothing: undefined,
      run: () => 1,
      deep: { at: [new Date(start)], nil: null },
    };
    const { id } = await session.create({ userId: 'ada', data });
    expect((await session.get(id))?.data).toEqual({
      preferences: { theme: 'dark' },
      permissions: ['read', 'write'],
      when: after(0),
      deep: { at: [after(0)], nil: null },
    });
  });

  test('S30 S31: that cannot be kept is refused, wherever it comes from', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada' });
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const refused: [object, string, number][] = [
      [cycle, 'DATA_NOT_SERIALIZABLE', 422],
      [{ big: 1n }, 'DATA_NOT_SERIALIZABLE', 422],
      [JSON.parse('{"__proto__":{"admin":true}}') as object, 'DATA_INVALID', 422],
      [{ deep: { constructor: 1 } }, 'DATA_INVALID', 422],
      [{ long: 'x'.repeat(65_536) }, 'PAYLOAD_TOO_LARGE', 413],
      [[1] as object, 'DATA_INVALID', 422],
    ];
    for (const [data, code, status] of refused) {
      await expect(session.create({ userId: 'ada', data })).rejects.toMatchObject({ code, status });
      await expect(session.update(id, { data })).rejects.toMatchObject({ code });
      await expect(session.merge(id, data)).rejects.toMatchObject({ code });
      if (!Array.isArray(data)) await expect(session.set(id, 'key', data)).rejects.toMatchObject({ code });
    }
    expect((await session.get(id))?.data).toEqual({});
  });

  test('S34: cannot pretend to be the session', async () => {
    const { session } = createSdkWorld();
    const made = await session.create({ userId: 'ada', data: { userId: 'evil', expiresAt: 'never', id: 'x' } });
    expect(made).toMatchObject({ userId: 'ada', expiresAt: after(day), data: { userId: 'evil' } });
    expect(made.id).not.toBe('x');
  });

  test('S24: is updated by key; others stay, undefined says nothing, null is a value', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada', data: { a: { x: 1 }, b: 1, c: 1 } });
    const updated = await session.update(id, { data: { a: { y: 2 }, b: null, c: undefined, at: new Date(start) } });
    expect(updated.data).toEqual({ a: { y: 2 }, b: null, c: 1, at: after(0) });
    const replaced = await session.update(id, { data: { only: true } }, { mode: 'replace' });
    expect(replaced.data).toEqual({ only: true });
  });

  test('S32: is updated only as it was seen, for who says so', async () => {
    const { session } = createSdkWorld();
    const { id, version } = await session.create({ userId: 'ada' });
    await session.update(id, { data: { x: 1 } }, { ifVersion: version });
    await expect(session.update(id, { data: { y: 2 } }, { ifVersion: version })).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      status: 409,
    });
    expect((await session.get(id))?.data).toEqual({ x: 1 });
  });

  test('S25: is merged at any depth: what is there wins, or gives way', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada', data: { theme: 'dark', deep: { a: 1 }, list: [1] } });
    const patch = { theme: 'light', deep: { a: 2, b: 3 }, list: [2], added: true };
    expect((await session.merge(id, patch)).data).toEqual({
      theme: 'dark',
      deep: { a: 1, b: 3 },
      list: [1],
      added: true,
    });
    expect((await session.merge(id, patch, { overwrite: true })).data).toEqual(patch);
  });

  test('S26 S27 S28 S29: is set, read, removed and cleared by key', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada' });
    expect(await session.set(id, 'cart', { items: ['p1'], total: 9.5 })).toBeUndefined();
    expect(await session.get(id, 'cart')).toEqual({ items: ['p1'], total: 9.5 });
    expect(await session.get(id, 'nothing')).toBeNull();
    expect(await session.get(id, 'toString')).toBeNull();
    expect(await session.get('session_unknown', 'cart')).toBeNull();
    expect(await session.remove(id, 'cart')).toBe(true);
    expect(await session.remove(id, 'cart')).toBe(false);
    await session.set(id, 'a', null);
    await session.clear(id);
    expect(await session.get(id)).toMatchObject({ data: {}, isActive: true, expiresAt: after(day) });
    await expect(session.set('session_unknown', 'a', 1)).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
      status: 404,
    });
    await expect(session.remove('session_unknown', 'a')).rejects.toThrow('Session not found');
  });

  test('S27: a key that is undefined is a mistake, not a wish for the whole session', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada' });
    await expect(session.get(id, undefined as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(session.use(id).get(undefined as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    for (const value of [undefined, () => 1])
      await expect(session.set(id, 'a', value)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('S28: is removed by one of those who remove it at once, and the rest stays', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada', data: { cart: 1, theme: 'dark' } });
    const answers = await Promise.all([1, 2, 3].map(async () => session.remove(id, 'cart')));
    expect(answers.filter(Boolean)).toHaveLength(1);
    await session.set(id, 'cart', 1);
    const [, removed] = await Promise.all([session.set(id, 'theme', 'light'), session.remove(id, 'cart')]);
    expect([removed, (await session.get(id))?.data]).toEqual([true, { theme: 'light' }]);
  });

  test('S24 S108: is not updated by nothing, which is told with what to pass', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada' });
    for (const change of [undefined, null, 7])
      await expect(session.update(id, change as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        status: 400,
        message: expect.stringContaining('{ data }') as unknown,
      });
    await expect(session.update(id, {} as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('S12: is written without that counting as activity', async () => {
    const { session, clock } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada' });
    clock.at += hour;
    await session.set(id, 'a', 1);
    expect(await session.get(id)).toMatchObject({ lastActivity: after(0), updatedAt: after(hour) });
  });
});

test('S32: a cart that many fill at once loses nothing', async () => {
  const { session } = createSdkWorld();
  const { id } = await session.create({ userId: 'ada' });
  const add = (product: string): Promise<{ items: string[] }> =>
    session.mutate<{ items: string[] }>(id, 'cart', (cart) => ({ items: [...(cart?.items ?? []), product] }));
  const answers = await Promise.all(['p1', 'p2', 'p3', 'p4', 'p5'].map(add));
  expect(answers).toHaveLength(5);
  const cart = await session.get<{ items: string[] }>(id, 'cart');
  expect(cart?.items.toSorted()).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
});

test('S27: a cart is read or begun, filled and kept, with types that ask for no cast', async () => {
  const { session } = createSdkWorld();
  const { id } = await session.create({ userId: 'ada' });
  async function addToCart(sessionId: string, productId: string): Promise<unknown> {
    const cart = (await session.get(sessionId, 'cart')) || { items: [] };
    cart.items.push(productId);
    await session.set(sessionId, 'cart', cart);
    await session.touch(sessionId);
    return cart;
  }
  await addToCart(id, 'p1');
  expect(await addToCart(id, 'p2')).toEqual({ items: ['p1', 'p2'] });
});

test('S33: a value with a life of its own stays when the session goes', async () => {
  const { session, clock } = createSdkWorld();
  const { id } = await session.create({ userId: 'ada', expiresIn: '1h' });
  const cart = session.scoped(id, 'cart');
  const form = session.scoped(id, 'form', { ttl: '10m' });
  await cart.set([{ product: 'p1', at: new Date(start) }]);
  await form.set({ step: 2 });
  expect(await cart.mutate<unknown[]>((items) => [...(items ?? []), 'p2'])).toHaveLength(2);
  clock.at += 10 * 60_000;
  expect(await form.get()).toBeNull();
  clock.at += 2 * hour;
  expect(await session.get(id)).toBeNull();
  expect(await cart.get()).toEqual([{ product: 'p1', at: after(0) }, 'p2']);
  await expect(cart.set([])).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  expect([await cart.remove(), await cart.remove()]).toEqual([true, false]);
  clock.at += day;
  expect(await cart.get()).toBeNull();
});

test('S27: a handle does everything of one session', async () => {
  const { session, clock } = createSdkWorld();
  const { id } = await session.create({ userId: 'ada', data: { k: 1 } });
  const mine = session.use(id);
  expect(mine.id).toBe(id);
  expect(await mine.get('k')).toBe(1);
  expect(await mine.get()).toMatchObject({ id, data: { k: 1 } });
  await mine.set('a', 1);
  await mine.update({ data: { b: 2 } });
  await mine.merge({ b: 3, c: 3 });
  expect(await mine.mutate<number>('a', (a) => (a ?? 0) + 1)).toBe(2);
  expect(await mine.remove('k')).toBe(true);
  expect((await mine.get())?.data).toEqual({ a: 2, b: 2, c: 3 });
  await mine.clear();
  clock.at += hour;
  await mine.touch('read');
  expect(await mine.track('write')).toBe(true);
  expect((await mine.extend('1h')).expiresAt).toBe(after(day + hour));
  expect((await mine.setExpiration(start + 2 * hour)).expiresAt).toBe(after(2 * hour));
  expect(await mine.timeRemaining()).toBe(hour);
  await mine.scoped('cart').set([1]);
  expect(await mine.scoped('cart').get()).toEqual([1]);
  expect((await mine.refresh()).token).toMatch(/^eyJ/);
  expect([await mine.isValid(), (await mine.status()).state]).toEqual([true, 'active']);
  expect(await mine.delete()).toBe(true);
  expect(await mine.get()).toBeNull();
});
