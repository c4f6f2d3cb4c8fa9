import { beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '../../../src/server/engine/sessions.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createWorld, day, hour, minute, type World } from './world.ts';

describe('users of a session type', () => {
  let world: World;

  beforeEach(() => {
    world = createWorld(createMemoryStore(), {
      types: {
        visit: { window: '1h', renewal: 'access', absoluteTimeout: null, idleTimeout: null },
        chat: { window: '1h' },
      },
    });
  });

  async function visitOf(userId: string, type = 'visit'): Promise<Session> {
    world.clock.at += 1000;
    return (await world.sessions.create({ userId, type })).session;
  }

  test('S84: come most recently seen first, page by page', async () => {
    for (let each = 0; each < 45; each++) await visitOf(`user ${String(each).padStart(2, '0')}`);
    await visitOf('somebody else', 'chat');
    const first = await world.sessions.users.list('visit');
    expect(first).toMatchObject({ total: 45, page: 1, limit: 20, totalPages: 3 });
    expect(first.users).toHaveLength(20);
    expect(first.users[0]).toMatchObject({ userId: 'user 44', type: 'visit', sessionCount: 1 });
    const last = await world.sessions.users.list('visit', { page: 3 });
    expect(last.users.map(({ userId }) => userId)).toEqual(['user 04', 'user 03', 'user 02', 'user 01', 'user 00']);
    expect(await world.sessions.users.list('visit', { page: 9 })).toMatchObject({ users: [], total: 45, page: 9 });
    expect(await world.sessions.users.list('visit', { limit: 1000 })).toMatchObject({ limit: 200, totalPages: 1 });
    expect(await world.sessions.users.list('nobody has it')).toMatchObject({ users: [], total: 0, totalPages: 0 });
    for (const page of [{ page: 0 }, { page: 1.5 }, { limit: 0 }, { limit: Number.NaN }, { page: Number.NaN }])
      await expect(world.sessions.users.list('visit', page)).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  test('S85: are told with when they were seen, and all their sessions, the dead too', async () => {
    const first = await visitOf('ada');
    const second = await visitOf('ada');
    await visitOf('bo');
    world.clock.at += 50 * minute;
    await world.sessions.touch(first.id);
    const touchedAt = world.clock.at;
    await world.sessions.revoke(second.id, 'revoked');
    expect(await world.sessions.users.get('visit', 'ada')).toMatchObject({
      userId: 'ada',
      type: 'visit',
      firstSeenAt: first.createdAt,
      lastSeenAt: touchedAt,
      sessionCount: 2,
      activeSessionCount: 1,
      sessions: [
        { id: second.id, endReason: 'revoked', state: 'revoked' },
        { id: first.id, endReason: null, state: 'active' },
      ],
    });
    expect(await world.sessions.users.get('visit', 'nobody')).toBeNull();
    expect(await world.sessions.users.get('chat', 'ada')).toBeNull();
  });

  test('S85: are dead to all after a sign-out everywhere', async () => {
    await visitOf('ada');
    await world.sessions.revokeAll('ada');
    expect(await world.sessions.users.get('visit', 'ada')).toMatchObject({
      activeSessionCount: 0,
      sessions: [{ endReason: 'revoked_all' }],
    });
  });

  test('S83: have live sessions, newest first, of one user or of all', async () => {
    const ids: string[] = [];
    for (let each = 0; each < 25; each++) ids.unshift((await visitOf(each % 5 === 0 ? 'ada' : `user ${each}`)).id);
    await world.sessions.revoke(ids[0]!, 'revoked');
    const all = await world.sessions.users.sessions('visit', { limit: 10, page: 2 });
    expect(all).toMatchObject({ total: 24, page: 2, limit: 10, totalPages: 3 });
    expect(all.sessions.map(({ id }) => id)).toEqual(ids.slice(11, 21));
    const hers = await world.sessions.users.sessions('visit', { userId: 'ada' });
    expect(hers).toMatchObject({ total: 5, page: 1, limit: 20, totalPages: 1 });
    expect(hers.sessions.every(({ userId }) => userId === 'ada')).toBe(true);
    world.clock.at += 2 * hour;
    expect(await world.sessions.users.sessions('visit')).toMatchObject({ sessions: [], total: 0 });
  });

  test('S86: are counted for a dashboard', async () => {
    expect(await world.sessions.users.figures('visit')).toEqual({
      totalUsers: 0,
      activeUsers: 0,
      inactiveUsers: 0,
      expiredUsers: 0,
      newUsersToday: 0,
      newUsersThisWeek: 0,
      totalSessions: 0,
      activeSessions: 0,
      averageSessionsPerUser: 0,
    });
    const midnight = Date.UTC(2026, 0, 8);
    world.clock.at = midnight - 5 * day;
    await visitOf('expired');
    world.clock.at = midnight - 2 * day;
    await visitOf('signed out');
    world.clock.at += day;
    const revoked = await visitOf('signed out');
    await world.sessions.revoke(revoked.id, 'revoked');
    world.clock.at = midnight - 30 * minute;
    const used = await visitOf('yesterday');
    await visitOf('yesterday');
    world.clock.at = midnight + 20 * minute;
    await world.sessions.touch(used.id);
    world.clock.at = midnight + hour;
    await visitOf('today');
    await visitOf('today');
    expect(await world.sessions.users.figures('visit')).toEqual({
      totalUsers: 4,
      activeUsers: 2,
      inactiveUsers: 2,
      expiredUsers: 1,
      newUsersToday: 1,
      newUsersThisWeek: 4,
      totalSessions: 7,
      activeSessions: 3,
      averageSessionsPerUser: 1.75,
    });
  });

  test('S84: count sessions beyond the pages in which the store is read', async () => {
    const { users } = world.sessions;
    for (let each = 0; each < 405; each++) await world.sessions.create({ userId: `user ${each % 3}`, type: 'visit' });
    expect(await users.figures('visit')).toMatchObject({ totalUsers: 3, totalSessions: 405, activeSessions: 405 });
    expect((await users.get('visit', 'user 1'))!.sessions).toHaveLength(135);
    expect(await users.sessions('visit', { page: 3, limit: 200 })).toMatchObject({ total: 405, totalPages: 3 });
  });

  test('are not told of sessions without a type', async () => {
    await world.sessions.create({ userId: 'ada' });
    for (const ask of [
      () => world.sessions.users.list('default'),
      () => world.sessions.users.get('default', 'ada'),
      () => world.sessions.users.sessions('default'),
      () => world.sessions.users.figures('default'),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
