import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorld, tokenOf, type World } from '../engine/world.ts';
import { temporaryFolder } from '../stores/temporary-folder.ts';
import { startSqliteServers, type Death, type SqliteServers } from './sqlite-servers.ts';
import { atOnce, eventsOf, tally, tokensOf } from './world-on.ts';

// `kill -9`, at a moment of our choice, of one of several processes that share a database.
describe('a server that is killed', { timeout: 120_000 }, () => {
  const unavailable = { code: 'store_unavailable' };
  let folder: ReturnType<typeof temporaryFolder>;
  let servers: SqliteServers;
  let survivor: World;

  beforeEach(async () => {
    folder = temporaryFolder();
    servers = startSqliteServers(4);
    await servers.open(folder.path('sessions.db'));
    survivor = createWorld(servers.store(3));
  });
  afterEach(async () => {
    await servers.stop();
    folder.remove();
  });

  const dying = (which: number, death: Death): World => createWorld(servers.store(which, death));

  test.each(['before', 'within', 'after'] as const)(
    'P2: %s the step of a refresh: the retry at another server gets the one successor',
    async (death) => {
      const { refreshToken } = await survivor.sessions.create({ userId: 'ada' });
      let token = refreshToken;
      for (const which of [0, 1, 2]) {
        await expect(dying(which, death).refresh(token, `key ${which}`)).rejects.toMatchObject(unavailable);
        const retried = await survivor.refresh(token, `key ${which}`);
        expect(retried.outcome).toBe(death === 'after' ? 'replayed' : 'rotated');
        token = tokenOf(retried);
      }
      expect(await survivor.refresh(token, 'key 3')).toMatchObject({ session: { generation: 4 } });
      expect(await eventsOf(survivor, 'ada', 'session.refreshed')).toHaveLength(4);
    },
  );

  test.each(['within', 'after'] as const)(
    'P3: %s its step, amid 99 others: still 1 rotation and 1 token',
    async (death) => {
      const { refreshToken } = await survivor.sessions.create({ userId: 'ada' });
      const ask = (i: number): ReturnType<World['refresh']> =>
        (i % 2 === 0 ? survivor : createWorld(servers.store(1))).refresh(refreshToken, 'key');
      const before = atOnce(50, ask);
      const killed = dying(0, death).refresh(refreshToken, 'key');
      const after = atOnce(49, ask);
      await expect(killed).rejects.toMatchObject(unavailable);
      const outcomes = [...(await before), ...(await after)];
      expect(tokensOf(outcomes)).toHaveLength(1);
      // The one that died may have been the one that rotated.
      const { rotated = 0, replayed } = tally(outcomes);
      expect(rotated).toBeLessThanOrEqual(1);
      expect(rotated + replayed!).toBe(99);
      expect(await eventsOf(survivor, 'ada', 'session.refreshed')).toHaveLength(1);
    },
  );

  test.each(['before', 'after'] as const)(
    'P10: %s the step of a sign-out, unacknowledged: asked again, the session is over',
    async (death) => {
      const { session, refreshToken } = await survivor.sessions.create({ userId: 'ada' });
      await expect(dying(0, death).sessions.revoke(session.id, 'revoked')).rejects.toMatchObject(unavailable);
      expect(await survivor.sessions.revoke(session.id, 'revoked')).toBe(death === 'before');
      expect(await survivor.refresh(refreshToken)).toMatchObject({ reason: 'revoked' });
      const other = await survivor.sessions.create({ userId: 'ada' });
      await expect(dying(1, death).sessions.revokeAll('ada')).rejects.toMatchObject(unavailable);
      expect((await survivor.sessions.revokeAll('ada')).count).toBe(death === 'before' ? 1 : 0);
      expect(await survivor.refresh(other.refreshToken)).toMatchObject({ reason: 'revoked_all' });
    },
  );
});
