import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import type { SessionRecord } from '../../../src/server/engine/record.ts';
import type { Store } from '../../../src/server/engine/store.ts';
import { createWorld, day, hour, minute, next, tokenOf, type World } from './world.ts';

// What the rotation protocol promises, numbered.
describe('rotation', () => {
  let world: World;
  let first: string;
  let id: string;

  beforeEach(async () => {
    world = createWorld(createMemoryStore());
    const { refreshToken, session } = await world.sessions.create({ userId: 'ada' });
    first = refreshToken;
    id = session.id;
  });

  const reuse = { outcome: 'ended', reason: 'reuse_detected' };

  test('P1 one successor: any number of replays give the same token', async () => {
    const successor = await next(world, first, 'key');
    for (let i = 0; i < 20; i++) {
      world.clock.at += minute;
      expect(tokenOf(await world.refresh(first, 'key'))).toBe(successor);
    }
  });

  test('P2 lost response: the same attempt gets the successor, however late within the limits of the session', async () => {
    const { refreshToken } = await world.sessions.create({ userId: 'ada', remember: true });
    const successor = await next(world, refreshToken, 'key');
    world.clock.at += 7 * day;
    expect(await world.refresh(refreshToken, 'key')).toMatchObject({ outcome: 'replayed', refreshToken: successor });
  });

  test('P3 two tabs racing with one key: one rotates, the other replays', async () => {
    const outcomes = await Promise.all([world.refresh(first, 'key'), world.refresh(first, 'key')]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['rotated', 'replayed']);
  });

  test('P4 delayed duplicate: an old attempt of the same client is stale; it gets nothing and kills nobody', async () => {
    const tokens = [first];
    for (let i = 0; i < 5; i++) tokens.push(await next(world, tokens[i]!, `key ${i}`));
    for (let i = 0; i < 4; i++)
      expect(await world.refresh(tokens[i]!, `key ${i}`)).toEqual({ outcome: 'stale', sessionId: id, generation: 5 });
    expect(await world.refresh(tokens[5]!, 'key 5')).toMatchObject({ outcome: 'rotated' });
  });

  describe('P5 snapshot thief: once both have used a token, both are out', () => {
    test('client first', async () => {
      const successor = await next(world, first, 'client');
      expect(await world.refresh(first, 'thief')).toMatchObject(reuse);
      expect(await world.refresh(successor, 'client 2')).toMatchObject(reuse);
    });

    test('thief first', async () => {
      const stolen = await next(world, first, 'thief');
      expect(await world.refresh(first, 'client')).toMatchObject(reuse);
      expect(await world.refresh(stolen, 'thief 2')).toMatchObject(reuse);
    });

    test('thief waits, within the ring and beyond it', async () => {
      for (const generations of [2, 4, 5, 6, 20]) {
        let token = (await world.sessions.create({ userId: 'ada' })).refreshToken;
        const stolen = token;
        for (let i = 0; i < generations; i++) token = await next(world, token);
        expect(await world.refresh(stolen, 'thief'), `${generations} later`).toMatchObject(reuse);
        expect(await world.refresh(token, 'client')).toMatchObject(reuse);
      }
    });

    test('no key at all is a fresh key: strict rotation', async () => {
      expect(await world.refresh(first, null)).toMatchObject({ outcome: 'rotated' });
      expect(await world.refresh(first, null)).toMatchObject(reuse);
    });

    test('only this session dies, not the other devices of the person', async () => {
      const other = await world.sessions.create({ userId: 'ada' });
      await next(world, first, 'client');
      await world.refresh(first, 'thief');
      expect(await world.refresh(other.refreshToken)).toMatchObject({ outcome: 'rotated' });
    });
  });

  test('P6 thief with a pending attempt: he replays it, and is found at the next generation', async () => {
    const successor = await next(world, first, 'pending');
    expect(await world.refresh(first, 'pending')).toMatchObject({ outcome: 'replayed', refreshToken: successor });
    await next(world, successor, 'thief');
    expect(await world.refresh(successor, 'client')).toMatchObject(reuse);
  });

  test('P7 resident attacker: a bound token is refused without its key, is not killed by it, and tells', async () => {
    const bound = await world.sessions.create({ userId: 'ada', keyThumbprint: 'mine' });
    for (const keyThumbprint of [null, 'his'])
      expect(await world.refresh(bound.refreshToken, 'key', { keyThumbprint })).toEqual({
        outcome: 'wrong_key',
        sessionId: bound.session.id,
      });
    expect(await world.refresh(bound.refreshToken, 'key', { keyThumbprint: 'mine' })).toMatchObject({
      outcome: 'rotated',
    });
    expect(await world.refresh(bound.refreshToken, 'other', { keyThumbprint: 'his' })).toMatchObject({
      outcome: 'wrong_key',
    });
    const told = (await world.sessions.events({ userId: 'ada' })).filter(
      ({ type }) => type === 'session.proof_refused',
    );
    expect(told).toMatchObject([{ sessionId: bound.session.id }]);
    world.clock.at += minute;
    await world.refresh(bound.refreshToken, 'other', { keyThumbprint: 'his' });
    expect((await world.sessions.events({ userId: 'ada' })).at(-1)).toMatchObject({ type: 'session.proof_refused' });
    expect(await world.refresh(bound.refreshToken, 'other', { keyThumbprint: 'mine' })).toMatchObject(reuse);
  });

  describe('P8 a store that forgot rotations', () => {
    test('rolls forward for the client that is ahead, once, and then finds a second holder again', async () => {
      const forgetful = forgetting(createMemoryStore());
      const other = createWorld(forgetful.store);
      const issued = await other.sessions.create({ userId: 'ada' });
      const saved = await forgetful.save(issued.session.id);
      const second = await next(other, await next(other, issued.refreshToken));
      forgetful.restore(saved);
      expect(await other.refresh(second, 'key 2')).toMatchObject({ outcome: 'ahead', session: { generation: 3 } });
      expect(await other.refresh(second, 'key 2')).toMatchObject({ outcome: 'replayed' });
      expect(await other.refresh(issued.refreshToken, 'any key')).toMatchObject({ outcome: 'stale', generation: 3 });
      expect(await other.refresh(second, 'thief')).toMatchObject(reuse);
    });

    test('answer lost and rotation forgotten: the same attempt gives the same successor', async () => {
      const forgetful = forgetting(createMemoryStore());
      const other = createWorld(forgetful.store);
      const issued = await other.sessions.create({ userId: 'ada' });
      const saved = await forgetful.save(issued.session.id);
      const lost = await next(other, issued.refreshToken, 'key');
      forgetful.restore(saved);
      expect(await other.refresh(issued.refreshToken, 'key')).toMatchObject({ outcome: 'rotated', refreshToken: lost });
    });
  });

  test('P9 a store that cannot acknowledge a kill: an error, never "signed out"', async () => {
    const store = createMemoryStore();
    const failing = createWorld({ ...store, end: () => Promise.reject(new Error('no acknowledgement')) });
    const { session } = await failing.sessions.create({ userId: 'ada' });
    await expect(failing.sessions.revoke(session.id, 'revoked')).rejects.toThrow('no acknowledgement');
  });

  test('P10 sign-out against refresh: whichever is first, the session is dead afterwards', async () => {
    for (const order of ['sign-out first', 'refresh first']) {
      const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
      const refresh = (): Promise<unknown> => world.refresh(refreshToken, 'key');
      const signOut = (): Promise<unknown> => world.sessions.revoke(session.id, 'signed_out_elsewhere');
      await Promise.all(order === 'sign-out first' ? [signOut(), refresh()] : [refresh(), signOut()]);
      expect(await world.refresh(refreshToken, 'key')).toMatchObject({ reason: 'signed_out_elsewhere' });
      await expect(world.sessions.touch(session.id)).rejects.toMatchObject({ code: 'session_ended' });
      await expect(world.sessions.data.set(session.id, 'a', 1)).rejects.toMatchObject({ code: 'session_ended' });
      expect(await world.sessions.get(session.id)).toBeNull();
    }
  });

  test('P11 never past the absolute end, whatever is done', async () => {
    const busy = await world.sessions.create({ userId: 'ada', window: '2h', renewal: 'access', absoluteTimeout: '6h' });
    let token = busy.refreshToken;
    const end = world.clock.at + 6 * hour;
    while (world.clock.at + 20 * minute < end) {
      world.clock.at += 20 * minute;
      token = await next(world, token);
      const { windowEndsAt } = await world.sessions.touch(busy.session.id);
      expect(windowEndsAt).toBeLessThanOrEqual(end);
    }
    world.clock.at = end - 1;
    expect(await world.sessions.get(busy.session.id)).toMatchObject({ state: 'renewal_due', windowEndsAt: end });
    world.clock.at = end;
    expect(await world.refresh(token)).toMatchObject({ outcome: 'ended', reason: 'absolute_expired' });
  });

  test('P12 clocks: only the time the store decided by counts', async () => {
    const store = createMemoryStore();
    let ahead = 0;
    const own: Store = {
      ...store,
      read: (key, now) => store.read(key, now + ahead),
      rotate: (key, request, now) => store.rotate(key, request, now + ahead),
    };
    const other = createWorld(own);
    const { session, refreshToken, stamp } = await other.sessions.create({ userId: 'ada', idleTimeout: '10m' });
    ahead = 10 * minute;
    expect(await other.sessions.get(session.id)).toBeNull();
    expect(await other.sessions.check(session.id, stamp)).toMatchObject({ ok: false, reason: 'idle' });
    expect(await other.refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'idle' });
  });

  describe('in cookie mode', () => {
    const keys = (...generations: number[]): Array<{ generation: number; key: string }> =>
      generations.map((generation) => ({ generation, key: `key ${generation}` }));
    const ask = (token: string, ...generations: number[]): ReturnType<World['refresh']> =>
      world.refresh(token, null, { cookieMode: true, attemptKeys: keys(...generations) });

    test('the key made for the generation of the cookie counts', async () => {
      const second = tokenOf(await ask(first, 0));
      expect(await ask(second, 0, 1)).toMatchObject({ outcome: 'rotated' });
      expect(await ask(second, 0, 1)).toMatchObject({ outcome: 'replayed' });
      expect(await ask(first, 0, 1)).toMatchObject({ outcome: 'stale', generation: 2 });
    });

    test('a cookie one ahead of the record of the tab is a replay', async () => {
      const second = tokenOf(await ask(first, 0));
      expect(await ask(second, 0)).toMatchObject({ outcome: 'replayed', refreshToken: second });
    });

    test('without a key for the cookie: stale with the current generation, never a kill', async () => {
      const second = tokenOf(await ask(first, 0));
      expect(await ask(second)).toEqual({ outcome: 'stale', sessionId: id, generation: 1 });
      expect(await ask(first)).toMatchObject({ outcome: 'stale', generation: 1 });
      const third = tokenOf(await ask(second, 1));
      expect(await ask(first, 1)).toMatchObject({ outcome: 'stale', generation: 2 });
      expect(await ask(third, 2)).toMatchObject({ outcome: 'rotated' });
    });

    test('another key for a spent cookie is reuse as ever', async () => {
      await ask(first, 0);
      expect(await world.refresh(first, null, { attemptKeys: [{ generation: 0, key: 'his' }] })).toMatchObject(reuse);
    });
  });

  test('200 replays of a generation in a minute, then "later"; the next minute it goes on', async () => {
    world.clock.at = Math.floor(world.clock.at / minute) * minute + 15_000;
    const second = await next(world, first, 'key');
    for (let i = 0; i < 200; i++) expect(await world.refresh(first, 'key')).toMatchObject({ outcome: 'replayed' });
    expect(await world.refresh(first, 'key')).toEqual({ outcome: 'too_many_replays', retryAfterMs: 45_000 });
    expect(await world.refresh(second, 'key 2')).toMatchObject({ outcome: 'rotated' });
    expect(await world.refresh(second, 'key 2')).toMatchObject({ outcome: 'replayed' });
    world.clock.at += minute;
    expect(await world.refresh(second, 'key 2')).toMatchObject({ outcome: 'replayed' });
  });
});

/** A memory store whose sessions can be put back as they were. */
function forgetting(memory: Store): {
  store: Store;
  save(id: string): Promise<SessionRecord>;
  restore(record: SessionRecord): void;
} {
  let store = memory;
  return {
    store: proxyOf(() => store),
    save: async (id) => (await store.read(id, 0)).record!,
    restore: (session) => {
      store = createMemoryStore();
      void store.create({ tag: session.id.slice(8, 24), userId: session.userId }, session, session.stamp);
    },
  };
}

function proxyOf(current: () => Store): Store {
  return new Proxy(current(), { get: (_target, name) => Reflect.get(current(), name) as unknown });
}
