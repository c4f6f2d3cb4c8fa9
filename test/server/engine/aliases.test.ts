import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createWorld, minute, type World } from './world.ts';

describe('an id of the caller', () => {
  let world: World;

  beforeEach(() => {
    world = createWorld(createMemoryStore());
  });

  test('leads to the session in every operation (S5)', async () => {
    const { sessions } = world;
    const { session } = await sessions.create({ userId: 'ada', id: 'session_abc123', window: '1h' });
    expect(session.alias).toBe('session_abc123');
    const id = 'session_abc123';
    expect(await sessions.isValid(id)).toBe(true);
    expect((await sessions.touch(id, 'looked')).id).toBe(session.id);
    expect((await sessions.extend(id, '1h')).session.id).toBe(session.id);
    expect((await sessions.renew(id)).tokenGeneration).toBe(1);
    expect((await sessions.data.set(id, 'a', 1)).data).toEqual({ a: 1 });
    await sessions.scoped.set(id, 'cart', 1);
    expect(await sessions.scoped.get(session.id, 'cart')).toBe(1);
    const other = await sessions.create({ userId: 'ada' });
    expect(await sessions.revokeOthers('ada', id)).toMatchObject({ count: 1, kept: { session: { id: session.id } } });
    expect(await sessions.get(other.session.id)).toBeNull();
    expect(await sessions.revoke(id, 'revoked')).toBe(true);
    expect(await sessions.get(id)).toBeNull();
    expect(await sessions.inspect(id)).toMatchObject({ endReason: 'revoked' });
  });

  test('is taken as long as its session lives, and free again afterwards', async () => {
    const { sessions } = world;
    await sessions.create({ userId: 'ada', id: 'mine' });
    await expect(sessions.create({ userId: 'eve', id: 'mine' })).rejects.toMatchObject({
      code: 'session_exists',
      status: 409,
    });
    await sessions.revoke('mine', 'revoked');
    const again = await sessions.create({ userId: 'eve', id: 'mine' });
    expect((await sessions.get('mine'))?.id).toBe(again.session.id);
  });

  test('goes to one of two who ask for it at once, also before the first session is there', async () => {
    const { sessions, store } = world;
    const both = await Promise.allSettled([
      sessions.create({ userId: 'ada', id: 'mine' }),
      sessions.create({ userId: 'eve', id: 'mine' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);

    const slow = createWorld({ ...store, create: () => Promise.reject(new Error('the machine died')) });
    await expect(slow.sessions.create({ userId: 'ada', id: 'other' })).rejects.toThrow('died');
    await expect(sessions.create({ userId: 'eve', id: 'other' })).rejects.toMatchObject({ code: 'session_exists' });
    world.clock.at += minute;
    expect((await sessions.create({ userId: 'eve', id: 'other' })).session.alias).toBe('other');
  });

  test.each(['', 'a b', 'ü', 'x'.repeat(129), `session_${'A'.repeat(38)}`, 7 as unknown as string])(
    'is refused when it is %j',
    async (id) => {
      await expect(world.sessions.create({ userId: 'ada', id })).rejects.toMatchObject({ code: 'invalid_argument' });
    },
  );
});
