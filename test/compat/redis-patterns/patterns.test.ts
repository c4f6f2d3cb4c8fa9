import { describe, expect, test } from 'vitest';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { createWorld, day, hour, minute, type World } from '../../server/engine/world.ts';
import { createPatterns, type Patterns } from './patterns.ts';

interface Shop extends Patterns, World {}

/** An hour that every use begins anew, without a last day; the store is one process's memory. */
function openShop(): Shop {
  const lives = { window: '1h', renewal: 'access', idleTimeout: null, absoluteTimeout: null } as const;
  const world = createWorld(createMemoryStore(), lives);
  const users = [{ id: '123', email: 'ada@example.com', name: 'Ada', role: 'admin' }];
  const patterns = createPatterns(
    world.sessions,
    async (email, password) => users.find((user) => user.email === email && password === 'secret') ?? null,
  );
  return { ...world, ...patterns };
}

/** Milliseconds that a session has left. */
function left(shop: Shop, id: string): Promise<number | null> {
  return shop.sessions.timeRemaining(id);
}

describe('a session', () => {
  test('S104: is created with data for an hour, read, and deleted', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', { theme: 'dark' });
    expect(await shop.getSession(id)).toMatchObject({
      userId: 'ada',
      data: { theme: 'dark' },
      createdAt: shop.clock.at,
    });
    expect(await left(shop, id)).toBe(hour);
    await shop.deleteSession(id);
    expect(await shop.getSession(id)).toBeNull();
    await expect(shop.deleteSession(id)).resolves.toBeUndefined();
    await expect(shop.deleteSession('unknown')).resolves.toBeUndefined();
  });

  test('S34: keeps its user and its birth, whatever the data says', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', { userId: 'evil', createdAt: 1, id: 'x' });
    expect(await shop.getSession(id)).toMatchObject({
      id,
      userId: 'ada',
      createdAt: shop.clock.at,
      data: { userId: 'evil', createdAt: 1, id: 'x' },
    });
    await shop.updateSession(id, { userId: 'worse' });
    expect(await shop.getSession(id)).toMatchObject({ userId: 'ada' });
  });

  test('S7: is not kept alive by being read', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', {});
    shop.clock.at += 1000 * 1000;
    await shop.getSession(id);
    expect(await left(shop, id)).toBe(hour - 1000 * 1000);
  });

  test('S45: is alive in its last millisecond, and dead at its end', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', {});
    shop.clock.at += hour - 1;
    expect(await shop.getSession(id)).not.toBeNull();
    shop.clock.at += 1;
    expect(await shop.getSession(id)).toBeNull();
  });

  test('S24: is updated by key, and has a whole hour again', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', { a: { x: 1 }, b: 1 });
    shop.clock.at += 40 * minute;
    await shop.updateSession(id, { a: { y: 2 }, c: 3 });
    expect(await shop.getSession(id)).toMatchObject({ data: { a: { y: 2 }, b: 1, c: 3 }, updatedAt: shop.clock.at });
    expect(await left(shop, id)).toBe(hour);
  });

  test('S108: that is not there, or over, is not updated', async () => {
    const shop = openShop();
    await expect(shop.updateSession('unknown', {})).rejects.toMatchObject({ code: 'session_not_found', status: 404 });
    const id = await shop.createSession('ada', {});
    shop.clock.at += hour;
    await expect(shop.updateSession(id, {})).rejects.toMatchObject({ code: 'session_ended', reason: 'expired' });
  });

  test('S32: loses nothing when two update it at once', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', {});
    await Promise.all([shop.updateSession(id, { x: 1 }), shop.updateSession(id, { y: 2 })]);
    expect((await shop.getSession(id))?.data).toEqual({ x: 1, y: 2 });
  });

  test('S14: is extended to a whole hour; one that is gone stays gone, in silence', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', {});
    shop.clock.at += 50 * minute;
    expect(await shop.extendSession(id)).toBe(true);
    expect(await left(shop, id)).toBe(hour);
    shop.clock.at += hour;
    expect(await shop.extendSession(id)).toBe(false);
    expect(await shop.extendSession('unknown')).toBe(false);
    expect(await shop.getSession(id)).toBeNull();
  });

  test('S40: slides with every look, for who looks that way', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', { a: 1 });
    for (let looks = 0; looks < 5; looks++) {
      shop.clock.at += 59 * minute;
      expect(await shop.getSessionWithSliding(id)).toMatchObject({ userId: 'ada', data: { a: 1 } });
      expect(await left(shop, id)).toBe(hour);
    }
    shop.clock.at += hour;
    expect(await shop.getSessionWithSliding(id)).toBeNull();
    expect(await shop.getSessionWithSliding('unknown')).toBeNull();
  });

  test('gives texts of digits back as texts', async () => {
    const shop = openShop();
    const id = await shop.createSession('12345', { code: '42', big: '1e5' });
    expect(await shop.getSession(id)).toMatchObject({ userId: '12345', data: { code: '42', big: '1e5' } });
    expect((await shop.sessions.list('12345')).sessions).toMatchObject([{ id, userId: '12345' }]);
  });

  test('S31: has room for 64 KiB of data', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', { text: 'x'.repeat(65_000) });
    await expect(shop.updateSession(id, { more: 'x'.repeat(600) })).rejects.toMatchObject({
      code: 'payload_too_large',
    });
  });
});

describe('signing in and out', () => {
  test('S87 S89: puts what is known of the user into the session', async () => {
    const shop = openShop();
    const id = await shop.login('ada@example.com', 'secret');
    expect(await shop.getSession(id)).toMatchObject({
      userId: '123',
      data: { email: 'ada@example.com', name: 'Ada', role: 'admin' },
    });
    await shop.deleteSession(id);
    expect(await shop.getSession(id)).toBeNull();
  });

  test('fails with "Invalid credentials"', async () => {
    const shop = openShop();
    await expect(shop.login('ada@example.com', 'wrong')).rejects.toThrow(/^Invalid credentials$/);
    await expect(shop.login('eve@example.com', 'secret')).rejects.toThrow(/^Invalid credentials$/);
  });

  test('S90 S92: on all devices at once, however many there are', async () => {
    const shop = openShop();
    expect(await shop.logoutAllDevices('ada')).toBe(0);
    const phone = await shop.createSession('ada', { device: 'phone' });
    const laptop = await shop.createSession('ada', { device: 'laptop' });
    const other = await shop.createSession('bob', { device: 'phone' });
    const devices = (await shop.sessions.list('ada')).sessions.map(({ data }) => data['device']);
    expect(devices.map(String).toSorted()).toEqual(['laptop', 'phone']);
    expect(await shop.logoutAllDevices('ada')).toBe(2);
    expect([await shop.getSession(phone), await shop.getSession(laptop)]).toEqual([null, null]);
    expect(await shop.getSession(other)).not.toBeNull();
    expect(await shop.createSession('ada', {})).toMatch(/^session_/);
    expect((await shop.sessions.list('ada')).sessions).toHaveLength(1);
  });
});

describe('remembering', () => {
  test('S60 S61: signs in again for 30 days, once with each token', async () => {
    const shop = openShop();
    const token = await shop.createRememberMeToken('ada');
    shop.clock.at += 29 * day;
    const first = await shop.loginWithRememberMe(token);
    expect(await shop.getSession(first!.sessionId)).toMatchObject({ userId: 'ada', data: {} });
    const second = await shop.loginWithRememberMe(first!.nextToken);
    expect(second?.sessionId).not.toBe(first?.sessionId);
    shop.clock.at += day;
    expect(await shop.loginWithRememberMe(second!.nextToken)).toBeNull();
  });

  test('S61: gives nothing for a token that was used, or that nobody knows', async () => {
    const shop = openShop();
    const token = await shop.createRememberMeToken('ada');
    await shop.loginWithRememberMe(token);
    expect(await shop.loginWithRememberMe(token)).toBeNull();
    expect(await shop.loginWithRememberMe('unknown')).toBeNull();
  });

  test('S92: ends with signing out everywhere', async () => {
    const shop = openShop();
    const token = await shop.createRememberMeToken('ada');
    await shop.logoutAllDevices('ada');
    expect(await shop.loginWithRememberMe(token)).toBeNull();
  });
});

describe('values with a life of their own', () => {
  test('S33: a cart outlives the session, for a day from its last change', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', {});
    expect(await shop.addToCart(id, 'tea')).toEqual(['tea']);
    shop.clock.at += 30 * minute;
    expect(await shop.addToCart(id, { name: 'milk', price: 1.5 })).toEqual(['tea', { name: 'milk', price: 1.5 }]);
    await shop.deleteSession(id);
    shop.clock.at += day - 1;
    expect(await shop.sessions.scoped.get(id, 'cart')).toEqual(['tea', { name: 'milk', price: 1.5 }]);
    shop.clock.at += 1;
    expect(await shop.sessions.scoped.get(id, 'cart')).toBeNull();
  });

  test('S32 S33: a cart that is filled from several tabs loses nothing', async () => {
    const shop = openShop();
    const id = await shop.createSession('ada', {});
    const items = Array.from({ length: 10 }, (_, i) => `item ${i}`);
    await Promise.all(items.map((item) => shop.addToCart(id, item)));
    expect((await shop.sessions.scoped.get(id, 'cart')) as string[]).toEqual(expect.arrayContaining(items));
  });

  test('S33: the pages of a form are gone when their time is, and the session stays', async () => {
    const shop = openShop();
    const { scoped } = shop.sessions;
    const id = await shop.createSession('ada', {});
    await scoped.set(id, 'form', { page: 1, name: 'Ada' }, { life: '10m' });
    shop.clock.at += 9 * minute;
    await scoped.mutate(id, 'form', (form) => ({ ...(form as object), page: 2 }), { life: '10m' });
    shop.clock.at += 10 * minute - 1;
    expect(await scoped.get(id, 'form')).toEqual({ page: 2, name: 'Ada' });
    shop.clock.at += 1;
    expect(await scoped.get(id, 'form')).toBeNull();
    expect(await shop.getSession(id)).not.toBeNull();
  });
});

test('S35: activity is noted with its time, and keeps the session alive', async () => {
  const shop = openShop();
  const id = await shop.createSession('ada', { a: 1 });
  shop.clock.at += 50 * minute;
  const { at } = shop.clock;
  expect(await shop.trackActivity(id, 'view')).toMatchObject({ lastAction: { action: 'view', at }, data: { a: 1 } });
  shop.clock.at += 50 * minute;
  expect(await shop.getSession(id)).toMatchObject({ lastAction: { action: 'view', at }, lastActivityAt: at });
  shop.clock.at += 10 * minute;
  expect(await shop.trackActivity(id, 'view')).toBeUndefined();
  expect(await shop.trackActivity('unknown', 'view')).toBeUndefined();
});

test('S48: clearing the list of a user counts what had died unseen, and is content with nothing', async () => {
  const shop = openShop();
  expect(await shop.cleanupExpiredSessions('ada')).toBe(0);
  await shop.createSession('ada', {});
  await shop.createSession('ada', {});
  shop.clock.at += hour;
  const live = await shop.createSession('ada', {});
  expect(await shop.cleanupExpiredSessions('ada')).toBe(2);
  expect(await shop.cleanupExpiredSessions('ada')).toBe(0);
  expect((await shop.sessions.list('ada')).sessions.map(({ id }) => id)).toEqual([live]);
});
