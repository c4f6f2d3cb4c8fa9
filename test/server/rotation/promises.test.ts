import { describe, expect, test } from 'vitest';
import { SessionError } from 'sojourn';
import { createWorld, day, minute, next, tokenOf } from '../engine/world.ts';
import { storeKinds } from './stores-under-test.ts';
import { atOnce, eventsOf, tally, tokensOf, worldOn } from './world-on.ts';

const reuse = { outcome: 'ended', reason: 'reuse_detected' };

// What rotation promises to clients, and against thieves. What stores owe it is in store-promises.test.ts.
describe.each(storeKinds)('rotation on $name', { timeout: 120_000 }, (kind) => {
  const on = worldOn(kind);

  test('P1: a token has one successor, whoever gives it, how often, and from which server', async () => {
    const { world, other } = on;
    const { refreshToken } = await world.sessions.create({ userId: 'ada' });
    const successor = await next(world, refreshToken, 'key');
    for (let round = 0; round < 5; round++) {
      world.clock.at = other.clock.at += minute;
      const outcomes = await atOnce(20, (i) => (i % 2 === 0 ? world : other).refresh(refreshToken, 'key'));
      expect(tally(outcomes)).toEqual({ replayed: 20 });
      expect(tokensOf(outcomes)).toEqual([successor]);
    }
  });

  test('P2: an answer that was lost is given again, however late', async () => {
    const { world, other } = on;
    const { refreshToken } = await world.sessions.create({ userId: 'ada', remember: true });
    const lost = await next(world, refreshToken, 'key');
    other.clock.at = world.clock.at + 13 * day;
    expect(await other.refresh(refreshToken, 'key')).toMatchObject({ outcome: 'replayed', refreshToken: lost });
  });

  test.each(['before', 'after'] as const)(
    'P2: a server that dies %s its step costs nothing but a retry',
    async (when) => {
      const { store } = on.under;
      const dying = createWorld({
        ...store,
        rotate: async (...args) => {
          if (when === 'after') await store.rotate(...args);
          throw new SessionError('store_unavailable', 'The server is gone.');
        },
      });
      const { refreshToken, session } = await on.world.sessions.create({ userId: 'ada' });
      await expect(dying.refresh(refreshToken, 'key')).rejects.toMatchObject({ code: 'store_unavailable' });
      const outcome = when === 'after' ? 'replayed' : 'rotated';
      expect(await on.other.refresh(refreshToken, 'key')).toMatchObject({ outcome, session: { generation: 1 } });
      expect(await eventsOf(on.world, 'ada', 'session.refreshed')).toMatchObject([{ sessionId: session.id }]);
    },
  );

  test('P3: 100 at once with one key, over and over: 1 rotates, 99 replay, 1 token', async () => {
    const { world } = on;
    let { refreshToken } = await world.sessions.create({ userId: 'ada' });
    for (let round = 0; round < 20; round++) {
      const outcomes = await atOnce(100, () => world.refresh(refreshToken, `key ${round}`));
      expect(tally(outcomes)).toEqual({ rotated: 1, replayed: 99 });
      const tokens = tokensOf(outcomes);
      expect(tokens).toHaveLength(1);
      refreshToken = tokens[0]!;
    }
    expect(await eventsOf(world, 'ada', 'session.refreshed')).toHaveLength(20);
  });

  test('P4: requests that come late get nothing and kill nobody, amid refreshes that go on', async () => {
    const { world, other } = on;
    const { refreshToken, session } = await world.sessions.create({ userId: 'ada' });
    const tokens = [refreshToken];
    for (let i = 0; i < 5; i++) tokens.push(await next(world, tokens[i]!, `key ${i}`));
    const late = atOnce(40, (i) => other.refresh(tokens[1 + (i % 3)]!, `key ${1 + (i % 3)}`));
    const current = atOnce(10, () => world.refresh(tokens[5]!, 'key 5'));
    expect(tally(await current)).toEqual({ rotated: 1, replayed: 9 });
    for (const outcome of await late) expect(outcome).toMatchObject({ outcome: 'stale', sessionId: session.id });
    // The oldest that is remembered.
    expect(await world.refresh(tokens[1]!, 'key 1')).toMatchObject({ outcome: 'stale', generation: 6 });
    expect(await world.refresh(tokenOf((await current)[0]!), 'key 6')).toMatchObject({ outcome: 'rotated' });
  });

  describe('P5: once a thief and the client have both used a token, both are out', () => {
    test('P5: the client first', async () => {
      const { refreshToken } = await on.world.sessions.create({ userId: 'ada' });
      const successor = await next(on.world, refreshToken, 'client');
      expect(await on.other.refresh(refreshToken, 'thief')).toMatchObject(reuse);
      expect(await on.world.refresh(successor, 'client 2')).toMatchObject(reuse);
    });

    test('P5: the thief first', async () => {
      const { refreshToken } = await on.world.sessions.create({ userId: 'ada' });
      const stolen = await next(on.other, refreshToken, 'thief');
      expect(await on.world.refresh(refreshToken, 'client')).toMatchObject(reuse);
      expect(await on.other.refresh(stolen, 'thief 2')).toMatchObject(reuse);
    });

    test.each([2, 4, 5, 6, 20])('P5: the thief waits for %i refreshes', async (generations) => {
      let { refreshToken: token } = await on.world.sessions.create({ userId: 'ada' });
      const stolen = token;
      for (let i = 0; i < generations; i++) token = await next(on.world, token);
      expect(await on.other.refresh(stolen, 'thief')).toMatchObject(reuse);
      expect(await on.world.refresh(token, 'client')).toMatchObject(reuse);
    });

    test('P5: both at once, 50 requests each: one side gets one token, then nobody anything', async () => {
      for (let round = 0; round < 10; round++) {
        const userId = `user ${round}`;
        const { refreshToken, session } = await on.world.sessions.create({ userId });
        const outcomes = await atOnce(100, (i) => on.world.refresh(refreshToken, i % 2 === 0 ? 'client' : 'thief'));
        expect(tokensOf(outcomes)).toHaveLength(1);
        const { rotated, reuse_detected: refused = 0, replayed = 0 } = tally(outcomes);
        expect(rotated).toBe(1);
        expect(refused).toBeGreaterThanOrEqual(50);
        expect(refused + replayed).toBe(99);
        expect(await on.other.sessions.get(session.id)).toBeNull();
        expect(await on.other.refresh(tokensOf(outcomes)[0]!, 'next')).toMatchObject(reuse);
        expect(await eventsOf(on.world, userId, 'session.reuse_detected')).toHaveLength(1);
      }
    });

    test('P5: only this session dies, not the other devices of the person', async () => {
      const { refreshToken } = await on.world.sessions.create({ userId: 'ada' });
      const elsewhere = await on.world.sessions.create({ userId: 'ada' });
      await next(on.world, refreshToken, 'client');
      await on.world.refresh(refreshToken, 'thief');
      expect(await on.world.refresh(elsewhere.refreshToken)).toMatchObject({ outcome: 'rotated' });
    });

    test('P5: no key is a fresh key: strict rotation', async () => {
      const { refreshToken } = await on.world.sessions.create({ userId: 'ada' });
      expect(tally(await atOnce(10, () => on.world.refresh(refreshToken, null)))).toEqual({
        rotated: 1,
        reuse_detected: 9,
      });
    });
  });

  test.each(['client', 'thief'])(
    'P6: a thief who copied a noted attempt too replays it, and is found at the next generation, %s first',
    async (first) => {
      const { world } = on;
      const { refreshToken } = await world.sessions.create({ userId: 'ada' });
      const outcomes = await atOnce(20, () => world.refresh(refreshToken, 'noted'));
      expect(tally(outcomes)).toEqual({ rotated: 1, replayed: 19 });
      const successor = tokensOf(outcomes)[0]!;
      const newest = await next(world, successor, first);
      expect(await world.refresh(successor, first === 'client' ? 'thief' : 'client')).toMatchObject(reuse);
      expect(await world.refresh(newest, 'whoever')).toMatchObject(reuse);
    },
  );

  test('P6: a client whom the thief overtook gets stale for its noted attempt, on a record that nobody changed', async () => {
    const { world } = on;
    const { refreshToken } = await world.sessions.create({ userId: 'ada' });
    await next(world, await next(world, refreshToken, 'noted'), 'thief');
    expect(await world.refresh(refreshToken, 'noted')).toMatchObject({ outcome: 'stale', generation: 2 });
  });

  test('P7: a bound token without its key is refused, kills nobody under any load, and is told once a minute', async () => {
    const { world } = on;
    const bound = { userId: 'ada', keyThumbprint: 'mine' };
    const { refreshToken, session } = await world.sessions.create(bound);
    const ask = (i: number): ReturnType<typeof world.refresh> => {
      if (i % 10 === 0) return world.refresh(refreshToken, 'key', { keyThumbprint: 'mine' });
      return world.refresh(refreshToken, `guess ${i}`, { keyThumbprint: i % 2 === 0 ? null : 'his' });
    };
    expect(tally(await atOnce(100, ask))).toEqual({ rotated: 1, replayed: 9, wrong_key: 90 });
    expect(await eventsOf(world, 'ada', 'session.proof_refused')).toMatchObject([{ sessionId: session.id }]);
    world.clock.at += minute;
    await atOnce(10, () => world.refresh(refreshToken, 'guess', { keyThumbprint: 'his' }));
    expect(await eventsOf(world, 'ada', 'session.proof_refused')).toHaveLength(2);
    // Who has the key too is a second holder like any other: a copy of the whole profile.
    expect(await world.refresh(refreshToken, 'copy', { keyThumbprint: 'mine' })).toMatchObject(reuse);
  });
});
