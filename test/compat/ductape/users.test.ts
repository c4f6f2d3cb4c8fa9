import { beforeEach, describe, expect, test } from 'vitest';
import type { Ductape, StartedSession } from 'sojourn/compat/ductape';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { dataOf, day, hour, openServers, openShop, userSession, type StillClock } from './shop.ts';

describe('users of a session type', () => {
  let ductape: Ductape;
  let clock: StillClock;
  const tag = 'user';

  beforeEach(async () => {
    ({ ductape, clock } = await openShop());
  });

  async function start(userId: string): Promise<StartedSession> {
    clock.at += 1000;
    return ductape.sessions.start({ tag, data: dataOf(userId) });
  }

  test('S84: come page by page, alone or with their counts', async () => {
    for (let each = 0; each < 25; each++) await start(`user_${each}`);
    const page = await ductape.sessions.fetchUsers({ session: tag, page: 2, limit: 10 });
    expect(page).toMatchObject({ total: 25, page: 2, limit: 10, totalPages: 3 });
    expect(page.users.map(({ identifier }) => identifier)).toEqual(
      Array.from({ length: 10 }, (_, at) => `user_${14 - at}`),
    );
    const seen = new Date(clock.at - 10_000);
    expect(page.users[0]).toEqual({
      _id: 'user:user_14',
      ductape_user_id: 'user:user_14',
      product_tag: 'shop',
      session_tag: tag,
      identifier: 'user_14',
      env: 'dev',
      first_seen: seen,
      last_seen: seen,
      createdAt: seen,
      updatedAt: seen,
    });
    expect(await ductape.products.sessions.users({ session: tag, product: 'shop', page: 2, limit: 10 })).toEqual(
      page.users,
    );
    expect(await ductape.products.sessions.users({ session: tag })).toHaveLength(20);
    await expect(ductape.sessions.fetchUsers({ session: tag, page: 0 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(ductape.products.sessions.users({ session: 'missing' })).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
    });
  });

  test('S85: are found by their id with the number of their sessions, or are null', async () => {
    await start('ada');
    await start('ada');
    const [user] = await ductape.products.sessions.users({ session: tag });
    expect(await ductape.products.sessions.user(user!._id)).toEqual({ ...user, session_count: 2 });
    for (const id of ['user:nobody', 'missing:ada', 'ada', '', ':ada', 'user:'])
      expect(await ductape.products.sessions.user(id)).toBeNull();
  });

  test('S84 S85: are told with where their newest session was started, whoever asks', async () => {
    await start('ada');
    const live = ductape.connect({ env: 'prd' });
    clock.at += 1000;
    await live.sessions.start({ tag, data: dataOf('ada') });
    const bo = await start('bo');
    await ductape.sessions.revoke({ tag, sessionId: bo.sessionId });
    for (const asking of [ductape, live, ductape.connect({ env: 'snd' })]) {
      const { users } = await asking.sessions.fetchUsers({ session: tag });
      // Of who has no live session a page does not know it.
      expect(users.map(({ identifier, product_tag, env }) => [identifier, product_tag, env])).toEqual([
        ['bo', 'shop', null],
        ['ada', 'shop', 'prd'],
      ]);
      expect(await asking.products.sessions.user('user:ada')).toMatchObject({ env: 'prd' });
      expect(await asking.products.sessions.user('user:bo')).toMatchObject({ env: 'dev' });
    }
  });

  test('S85: of sessions that were started past this class have no env, nor a product that nobody named', async () => {
    const { ductape: asking, sessions } = openServers(createMemoryStore(), clock)();
    await sessions.types.define({ tag, windowMs: day });
    await sessions.create({ userId: 'ada', type: tag });
    const nowhere = { product_tag: null, env: null };
    expect(await asking.products.sessions.users({ session: tag })).toMatchObject([nowhere]);
    expect(await asking.sessions.fetchUserDetails({ session: tag, identifier: 'ada' })).toMatchObject(nowhere);
  });

  test('S85: are told with their sessions, newest first', async () => {
    const first = await start('a:colon');
    const second = await start('a:colon');
    await ductape.sessions.revoke({ tag, sessionId: first.sessionId });
    const details = await ductape.sessions.fetchUserDetails({ session: tag, identifier: 'a:colon' });
    const startedAt = (age: number): Date => new Date(clock.at - age);
    expect(details).toMatchObject({
      _id: 'user:a:colon',
      identifier: 'a:colon',
      env: 'dev',
      session_count: 2,
      totalSessions: 2,
      activeSessionsCount: 1,
      sessions: [
        { session_id: second.sessionId, start_at: startedAt(0), end_at: second.expiresAt, active: true },
        { session_id: first.sessionId, start_at: startedAt(1000), active: false },
      ],
    });
    expect(await ductape.products.sessions.user('user:a:colon')).toMatchObject({ session_count: 2 });
    expect(await ductape.sessions.fetchUserDetails({ session: tag, identifier: 'nobody' })).toBeNull();
  });

  test('S83: have live sessions, page by page, of one or of all', async () => {
    const started: StartedSession[] = [];
    for (let each = 0; each < 5; each++) started.unshift(await start(each % 2 === 0 ? 'ada' : 'bo'));
    const all = await ductape.sessions.listActive({ tag, page: 1, limit: 2 });
    expect(all).toEqual({
      sessions: started.slice(0, 2).map(({ sessionId, expiresAt }) => ({
        sessionId,
        startAt: new Date(expiresAt.getTime() - 7 * day),
        endAt: expiresAt,
        active: true,
      })),
      total: 5,
      page: 1,
      limit: 2,
      totalPages: 3,
    });
    expect(await ductape.sessions.listActive({ tag, identifier: 'bo' })).toMatchObject({ total: 2, limit: 20 });
    clock.at += 7 * day;
    expect(await ductape.sessions.listActive({ tag })).toMatchObject({ sessions: [], total: 0, totalPages: 0 });
    await expect(ductape.sessions.listActive({ tag: 'missing' })).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
  });

  test('S86: are counted for a dashboard', async () => {
    await ductape.product.sessions.create({ ...userSession, tag: 'other' });
    await start('gone');
    clock.at += 8 * day - hour;
    await start('ada');
    await start('ada');
    const bo = await start('bo');
    await ductape.sessions.revoke({ tag, sessionId: bo.sessionId });
    expect(await ductape.sessions.fetchDashboard({ session: tag })).toEqual({
      totalUsers: 3,
      activeUsers: 1,
      inactiveUsers: 2,
      expiredUsers: 1,
      newUsersToday: 2,
      newUsersThisWeek: 2,
      totalSessions: 4,
      activeSessions: 2,
      averageSessionsPerUser: 4 / 3,
    });
    expect(await ductape.sessions.fetchDashboard({ session: 'other' })).toMatchObject({ totalUsers: 0 });
    await expect(ductape.sessions.fetchDashboard({ session: 'missing' })).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
    });
  });
});
