import { beforeEach, describe, expect, test } from 'vitest';
import type { SessionsOptions } from '../../../src/server/engine/create-sessions.ts';
import type { Sessions } from '../../../src/server/engine/sessions.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createWorld, hour, type World } from './world.ts';

/** What a program without types may pass. */
const wrong = (value: unknown): never => value as never;
const half = 'a\u{D800}';

let world: World;
let id: string;
beforeEach(async () => {
  world = createWorld(createMemoryStore());
  ({ id } = (await world.sessions.create({ userId: 'ada', data: { cart: 1 } })).session);
});

describe('what is of the wrong kind', () => {
  test.each<[string, (sessions: Sessions) => Promise<unknown>]>([
    ['a new session that is no object', ({ create }) => create(wrong(undefined))],
    ['half a letter in a user id', ({ create }) => create({ userId: half })],
    ['a policy that there is not', ({ create }) => create({ userId: 'ada', window: '1h', renewal: wrong('halflife') })],
    ['a limit that is none', ({ create }) => create({ userId: 'ada', maxPerUser: Number.NaN })],
    ['a thumbprint that is no text', ({ create }) => create({ userId: 'ada', keyThumbprint: wrong(5) })],
    ['a label that is no text', ({ create }) => create({ userId: 'ada', device: { label: wrong(5) } })],
    ['the page after no text', ({ list }) => list('ada', { cursor: wrong(null) })],
    ['a page of no length', ({ list }) => list('ada', { limit: Number.NaN })],
    ['a reason that there is not', ({ revoke }) => revoke(id, wrong('bananas'))],
    ['half a letter in an action', ({ touch }) => touch(id, half)],
    ['a type that is no object', ({ types }) => types.define(wrong(undefined))],
    ['a name that is too long', ({ types }) => types.define({ tag: 'shop', name: 'x'.repeat(257) })],
    ['an attempt key that is no text', ({ remember }) => remember.redeem('', { attemptKey: wrong(null) })],
    ['the users of remember tokens', ({ users }) => users.list('remember')],
  ])('%s: refused by name', async (_, call) => {
    await expect(call(world.sessions)).rejects.toMatchObject({ code: 'invalid_argument', status: 400 });
  });

  test.each([undefined, null, Number.NaN, 'x', {}])('a stamp %o lets nobody in', async (stamp) => {
    await expect(world.sessions.check(id, wrong(stamp))).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  test('a token that is no text is a bad token like others', async () => {
    const { refresh, getByToken, revokeByToken, remember } = world.sessions;
    const token = wrong(undefined);
    expect(await refresh({ refreshToken: token, attemptKey: null, keyThumbprint: null })).toMatchObject({
      outcome: 'ended',
      reason: 'unknown',
    });
    expect(await getByToken(token)).toBeNull();
    expect(await revokeByToken(token, null)).toBe(false);
    expect(await remember.redeem(token)).toBeNull();
    expect(await remember.revoke(token)).toBe(false);
  });

  test('a key of the data has at most 512 characters', async () => {
    await world.sessions.data.set(id, 'k'.repeat(512), 1);
    const refused = { code: 'data_invalid', status: 422 };
    await expect(world.sessions.data.set(id, 'k'.repeat(513), 1)).rejects.toMatchObject(refused);
    await expect(world.sessions.data.set(id, half, 1)).rejects.toMatchObject(refused);
    await expect(world.sessions.scoped.set(id, half, 1)).rejects.toMatchObject(refused);
    await expect(world.sessions.data.update(id, { ['k'.repeat(513)]: 1 })).rejects.toMatchObject(refused);
  });

  test('a name of a device that cannot be written is mended, since strangers give it', async () => {
    const { session } = await world.sessions.create({ userId: 'ada', device: { label: half } });
    expect(session.device.label).toBe('a\u{FFFD}');
  });

  test('a type by a name that none has is not there', async () => {
    expect(await world.sessions.types.get(wrong(undefined))).toBeNull();
    expect(await world.sessions.types.remove(wrong(5))).toBe(false);
  });

  test('a member that types do not have is not kept', async () => {
    await world.sessions.types.define({ tag: 'shop' });
    expect(await world.sessions.types.update('shop', wrong({ colour: 1 }))).not.toHaveProperty('colour');
  });

  test.each<[string, Partial<SessionsOptions>]>([
    ['a policy', { renewal: wrong('sliding') }],
    ['a limit', { maxPerUser: -3 }],
    ['a policy of a type', { types: { shop: { renewal: wrong('slide') } } }],
    ['a limit of a type', { types: { shop: { maxPerUser: 0 } } }],
  ])('as a setting is found when the engine is made: %s', (_, options) => {
    expect(() => createWorld(createMemoryStore(), options)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });
});

describe('a refusal leaves nothing behind', () => {
  test('an id that was asked for is free again', async () => {
    const wish = { userId: 'ada', id: 'mine' };
    await expect(world.sessions.create({ ...wish, maxPerUser: 0 })).rejects.toMatchObject({ code: 'invalid_argument' });
    expect((await world.sessions.create(wish)).session.alias).toBe('mine');
  });

  test('a remember token is good after wishes that could not be met', async () => {
    const token = await world.sessions.remember.issue('ada');
    for (const session of [{ type: 'nope' }, { maxPerUser: 0 }, { data: wrong(1) }, { id: 'not allowed' }])
      await expect(world.sessions.remember.redeem(token, { session })).rejects.toBeInstanceOf(Error);
    expect(await world.sessions.remember.redeem(token)).not.toBeNull();
  });
});

test('the record behind a remember token has no data of its own', async () => {
  await world.sessions.remember.issue('grace');
  const [event] = await world.sessions.events({ userId: 'grace' });
  await expect(world.sessions.data.get(event!.sessionId!)).rejects.toMatchObject({ code: 'session_not_found' });
});

describe('the end of a session that nobody ended', () => {
  test.each<[string, (sessions: Sessions) => Promise<unknown>]>([
    ['get', ({ get }) => get(id)],
    ['inspect', ({ inspect }) => inspect(id)],
    ['isValid', ({ isValid }) => isValid(id)],
    ['timeRemaining', ({ timeRemaining }) => timeRemaining(id)],
    ['check', ({ check }) => check(id, 0)],
  ])('is told by who looks first, once, also by %s (S97)', async (_, look) => {
    world.clock.at += hour;
    const told: string[] = [];
    const stop = world.sessions.subscribe(({ type, sessionId }) => {
      if (type === 'session.expired') told.push(String(sessionId));
    });
    await look(world.sessions);
    expect(told).toEqual([id]);
    await look(world.sessions);
    await world.sessions.sweep();
    expect(told).toEqual([id]);
    stop();
  });

  test('is answered also where it could not be told', async () => {
    const store = createMemoryStore();
    const errors: unknown[] = [];
    const broken = createWorld(
      { ...store, putData: () => Promise.reject(new Error('no room')) },
      { onError: (error) => void errors.push(error) },
    );
    const { session } = await broken.sessions.create({ userId: 'ada' });
    broken.clock.at += hour;
    expect(await broken.sessions.get(session.id)).toBeNull();
    expect(errors).toHaveLength(1);
  });
});
