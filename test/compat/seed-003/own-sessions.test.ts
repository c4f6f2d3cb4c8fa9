import { Redis } from '@upstash/redis';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { beforeEach, describe, expect, it } from 'vitest';
import { MapRedis } from '../upstash/map-redis.ts';
import { createWorld, day, hour, type World } from '../../server/engine/world.ts';

let world: World;
let sessions: World['sessions'];

beforeEach(() => {
  world = createWorld(createMemoryStore(), {
    window: '1h',
    renewal: 'access',
    idleTimeout: null,
    absoluteTimeout: null,
  });
  sessions = world.sessions;
});

function pass(ms: number): void {
  world.clock.at += ms;
}

async function create(userId = 'user_1', data = {}): Promise<string> {
  const { session } = await sessions.create({ userId, data });
  return session.id;
}

async function endOf(id: string): Promise<number | null | undefined> {
  return (await sessions.get(id))?.windowEndsAt;
}

describe('the same patterns on the sessions of this package', () => {
  it('a session of one hour ends at its very millisecond (S1, S7, S45)', async () => {
    const id = await create();
    pass(hour - 1);
    expect(await sessions.get(id)).not.toBeNull();
    pass(1);
    expect(await sessions.get(id)).toBeNull();
  });

  it('reading moves nothing, a touch starts the hour anew (S12, S40)', async () => {
    const id = await create();
    const end = await endOf(id);
    pass(hour / 2);
    await sessions.get(id);
    expect(await endOf(id)).toBe(end);
    await sessions.touch(id);
    expect(await endOf(id)).toBe(end! + hour / 2);
  });

  it('extending without a length starts the hour anew, and revives nobody (S14, S22)', async () => {
    const id = await create();
    pass(hour - 1);
    const { session } = await sessions.extend(id);
    expect(session.windowEndsAt).toBe(world.clock.at + hour);
    pass(hour);
    await expect(sessions.extend(id)).rejects.toMatchObject({ code: 'session_ended', reason: 'expired' });
  });

  it('of two updates at once none is lost (S24, S32)', async () => {
    const id = await create('user_1', { theme: 'dark' });
    await Promise.all([sessions.data.update(id, { x: 1 }), sessions.data.update(id, { y: 2 })]);
    expect(await sessions.data.get(id)).toEqual({ theme: 'dark', x: 1, y: 2 });
  });

  it('data cannot change whose session it is (S34)', async () => {
    const id = await create('user_1', { userId: 'evil', createdAt: 0 });
    await sessions.data.update(id, { userId: 'evil' });
    expect(await sessions.get(id)).toMatchObject({ userId: 'user_1', createdAt: world.clock.at });
  });

  it('tells what the person did last (S35)', async () => {
    const id = await create();
    pass(1000);
    await sessions.touch(id, 'checkout');
    expect((await sessions.get(id))?.lastAction).toEqual({ action: 'checkout', at: world.clock.at });
  });

  it('a cart lives a day, longer than its session, and loses nothing to a second tab (S32, S33)', async () => {
    const id = await create();
    const add = (sku: string): Promise<unknown> =>
      sessions.scoped.mutate(id, 'cart', (cart) => [...((cart as string[] | null) ?? []), sku], { life: '24h' });
    await Promise.all([add('a'), add('b')]);
    pass(2 * hour);
    expect(await sessions.get(id)).toBeNull();
    expect(await sessions.scoped.get(id, 'cart')).toEqual(expect.arrayContaining(['a', 'b']));
    pass(day);
    expect(await sessions.scoped.get(id, 'cart')).toBeNull();
  });

  it('a remember token signs in once, its successor the next time, and none after signing out everywhere (S60, S61, S92)', async () => {
    const token = await sessions.remember.issue('user_1');
    pass(day);
    const first = (await sessions.remember.redeem(token))!;
    expect(first.session.session.userId).toBe('user_1');
    const second = (await sessions.remember.redeem(first.rememberToken))!;
    await sessions.revokeAll('user_1');
    expect(await sessions.remember.redeem(second.rememberToken)).toBeNull();
    expect(await sessions.remember.redeem('unknown')).toBeNull();
  });

  it('signing out everywhere ends all devices of one person, and is fine with nobody (S20, S90, S92)', async () => {
    const [phone, laptop] = [await create(), await create()];
    const other = await create('user_2');
    expect((await sessions.list('user_1')).sessions.map(({ id }) => id).sort()).toEqual([phone, laptop].sort());
    expect((await sessions.revokeAll('user_1')).count).toBe(2);
    expect((await sessions.revokeAll('nobody')).count).toBe(0);
    expect(await sessions.get(phone)).toBeNull();
    expect(await sessions.get(other)).not.toBeNull();
  });

  it('an id never looks like a number, so that the client hands it back as it is (S107)', async () => {
    const redis = new Redis(new MapRedis().requester);
    const ids = await Promise.all(Array.from({ length: 20 }, () => create('12345')));
    await redis.sadd('ids', ...(ids as [string, ...string[]]));
    expect(await redis.smembers('ids')).toEqual(ids);
  });

  it('clearing the list of a person without sessions answers 0 (S48)', async () => {
    const id = await create();
    pass(hour);
    expect(await sessions.sweepUser('user_1')).toBe(1);
    expect(await sessions.sweepUser('nobody')).toBe(0);
    expect(await sessions.get(id)).toBeNull();
  });
});
