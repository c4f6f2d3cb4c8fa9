import { beforeEach, describe, expect, test } from 'vitest';
import { Ductape } from 'sojourn/compat/ductape';
import type { Sessions } from 'sojourn/server';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { dataOf, day, openServers, userSession, type StillClock } from './shop.ts';

describe('the end of a refreshed session', () => {
  const tag = 'user';
  const secret = 's'.repeat(32);
  let clock: StillClock;
  let sessions: Sessions;
  let ductape: Ductape;
  let start: number;

  beforeEach(async () => {
    start = Date.UTC(2026, 0, 1);
    clock = { at: start, now: (): number => clock.at };
    ({ sessions } = openServers(createMemoryStore(), clock)());
    ductape = new Ductape({ product: 'shop', env: 'dev', sessions, secret, clock });
    await ductape.product.sessions.create(userSession);
  });

  const typesOfEvents = async (): Promise<string[]> =>
    (await sessions.events({ userId: 'ada' })).map(({ type }) => type.replace('session.', ''));

  test('S54: is where an extension has put it, when that is later', async () => {
    const { sessionId, refreshToken } = await ductape.sessions.start({ tag, data: dataOf('ada') });
    await sessions.extend(sessionId, '13d');
    clock.at += day;
    // A new description makes no session longer or shorter.
    await ductape.product.sessions.update({ tag, description: 'new' });
    const refreshed = await ductape.sessions.refresh({ tag, refreshToken });
    expect(refreshed.expiresAt.getTime()).toBe(start + 20 * day);
    expect((await sessions.get(sessionId))?.windowEndsAt).toBe(start + 20 * day);
    expect(await typesOfEvents()).toEqual(['created', 'extended', 'refreshed']);
  });

  test('S54: is no earlier than an extension puts it while the refresh is under way, also of a type that changed', async () => {
    const { sessionId, refreshToken } = await ductape.sessions.start({ tag, data: dataOf('ada') });
    await ductape.product.sessions.update({ tag, expiry: 8 });
    clock.at += day;
    await Promise.all([ductape.sessions.refresh({ tag, refreshToken }), sessions.extend(sessionId, '13d')]);
    expect((await sessions.get(sessionId))?.windowEndsAt).toBeGreaterThanOrEqual(start + 20 * day);
  });

  test('S54: is moved without an event of an extension, of which nobody asked for one', async () => {
    let { refreshToken } = await ductape.sessions.start({ tag, data: dataOf('ada') });
    await ductape.product.sessions.update({ tag, expiry: 2 });
    for (let refreshes = 0; refreshes < 3; refreshes++) {
      clock.at += day;
      ({ refreshToken } = await ductape.sessions.refresh({ tag, refreshToken }));
    }
    expect(await typesOfEvents()).toEqual(['created', 'refreshed', 'refreshed', 'refreshed']);
  });

  test('S54: stays, and so does the refresh, when it cannot be moved; the next refresh mends it', async () => {
    const { token, refreshToken } = await ductape.sessions.start({ tag, data: dataOf('ada') });
    await ductape.product.sessions.update({ tag, expiry: 10 });
    clock.at += day;
    const away = (): Promise<never> => Promise.reject(new Error('the store is away'));
    const faultySessions = { ...sessions, extend: away, setEnd: away };
    const faulty = new Ductape({ product: 'shop', env: 'dev', sessions: faultySessions, secret, clock });
    const refreshed = await faulty.sessions.refresh({ tag, refreshToken });
    expect(refreshed.expiresAt.getTime()).toBe(clock.at + 7 * day);
    expect(await ductape.sessions.verify({ tag, token })).toMatchObject({ valid: true });
    const next = await ductape.sessions.refresh({ tag, refreshToken: refreshed.refreshToken });
    expect(next.expiresAt.getTime()).toBe(clock.at + 10 * day);
  });

  test('S42: is left alone where the session has none, or one that nothing moves', async () => {
    const lives = [{ window: null }, { endsAt: start + 3 * day, absoluteTimeout: '30d' }] as const;
    for (const life of lives) {
      const { session, refreshToken } = await sessions.create({ type: tag, data: dataOf('ada'), ...life });
      clock.at += day;
      await ductape.sessions.refresh({ tag, refreshToken: `${session.id}:${refreshToken}` });
      expect((await sessions.get(session.id))?.windowEndsAt).toBe(session.windowEndsAt);
      clock.at -= day;
    }
  });
});
