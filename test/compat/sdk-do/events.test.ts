import { describe, expect, test } from 'vitest';
import { createSdk, type EventPattern, type SdkEvent } from 'sojourn/compat/sdk-do';
import { createMac, createRandom, createSessions } from 'sojourn/server';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { after, createSdkWorld, day, hour, start, type SdkWorld } from './sdk-world.ts';

function typesOf({ seen }: SdkWorld): string[] {
  return seen.map(({ type }) => type);
}

describe('events of sessions', () => {
  test('S96: say what happened, to which session of whom, when', async () => {
    const world = createSdkWorld();
    const { id } = await world.session.create({ userId: 'ada' });
    const [event] = world.seen;
    expect(world.seen).toEqual([
      {
        id: expect.any(String) as string,
        seq: expect.any(Number) as number,
        type: 'Session.created',
        subject: 'Session',
        action: 'created',
        occurredAt: after(0),
        sessionId: id,
        userId: 'ada',
        data: { type: 'session' },
        metadata: {
          timestamp: after(0),
          source: 'session.do',
          correlationId: event?.id,
          causationId: null,
          userId: 'ada',
        },
      },
    ]);
  });

  test('S96: come in the order in which things happened, each with a number above the last', async () => {
    const world = createSdkWorld();
    const { session } = world;
    const { id } = await session.create({ userId: 'ada' });
    await session.touch(id);
    await session.set(id, 'a', 1);
    await session.extend(id, '1h');
    await session.refresh(id);
    await session.delete(id);
    await session.delete(id);
    expect(typesOf(world)).toEqual(
      ['created', 'touched', 'updated', 'extended', 'refreshed', 'revoked'].map((action) => `Session.${action}`),
    );
    const numbers = world.seen.map(({ seq }) => seq);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(world.seen.at(-1)?.data).toEqual({ reason: 'signed_out_elsewhere' });
  });

  test('S97: tell once that a session has expired, when somebody finds it so', async () => {
    const world = createSdkWorld({ idleTimeout: '1h' });
    const idled: unknown[] = [];
    world.on(world.$.Session.idled, ({ data }) => idled.push(data));
    const { id } = await world.session.create({ userId: 'ada' });
    world.clock.at += hour;
    for (let i = 0; i < 3; i++)
      await expect(world.session.touch(id)).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await world.session.cleanupExpired('ada');
    await world.session.sweep();
    expect(typesOf(world)).toEqual(['Session.created', 'Session.expired']);
    expect(idled).toEqual([{ reason: 'idle' }]);
  });

  test('S20 S21: tell of every session that ended when all did', async () => {
    const world = createSdkWorld();
    const { session } = world;
    const ended: (string | null)[] = [];
    world.on('Session.revoked', ({ sessionId }) => ended.push(sessionId));
    const first = await session.create({ userId: 'ada' });
    const second = await session.create({ userId: 'ada' });
    await session.create({ userId: 'bob' });
    await session.deleteAll('ada', { except: first.id });
    expect(ended).toEqual([second.id]);
    await session.deleteAll('ada');
    expect(ended).toEqual([second.id, first.id]);
    expect(typesOf(world).filter((type) => type === 'User.sessions_revoked')).toHaveLength(2);
  });

  test('S55: tell of a theft as of an end', async () => {
    const clock = { now: () => start };
    const random = createRandom();
    const mac = createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
    const sessions = createSessions({ store: createMemoryStore(), clock, random, mac });
    const sdk = createSdk({ sessions, clock });
    const ends: unknown[] = [];
    sdk.on('$.Session.deleted', ({ type, data }) => ends.push([type, data.reason]));
    const { refreshToken } = await sessions.create({ userId: 'ada' });
    for (const attemptKey of ['the first', 'another'])
      await sessions.refresh({ refreshToken, attemptKey, keyThumbprint: null });
    expect(ends).toEqual([['Session.revoked', 'reuse_detected']]);
  });
});

describe('listening', () => {
  const { $ } = createSdk();

  test.each<[string, EventPattern, string[]]>([
    ['a name', 'Session.created', ['created']],
    ['a name of the engine', 'session.created', ['created']],
    ['a name with its mark', '$.Session.created', ['created']],
    ['a path', $.Session.created, ['created']],
    ['a path of what is gone', $.Session.deleted, ['revoked']],
    ['a name of OneAuth', 'SESSION_REVOKED', ['revoked']],
    ['all of a subject', 'Session.*', ['created', 'updated', 'revoked']],
    ['everything', '*', ['created', 'updated', 'revoked']],
    ['a list', [$.Session.created, 'Session.updated'], ['created', 'updated']],
    ['an expression', /ed$/, ['created', 'updated', 'revoked']],
    ['a function', ({ userId }) => userId === 'ada', ['created', 'updated', 'revoked']],
    ['something else', 'Order.*', []],
  ])('S98: to %s', async (_, pattern, actions) => {
    const world = createSdkWorld();
    const heard: string[] = [];
    world.on(pattern, ({ action }) => heard.push(action));
    const { id } = await world.session.create({ userId: 'ada' });
    await world.session.set(id, 'a', 1);
    await world.session.delete(id);
    expect(heard).toEqual(actions);
  });

  test('S98: with a filter, once, and until it is ended', async () => {
    const { session, on, once, off } = createSdkWorld();
    const heard: string[] = [];
    const end = on('Session.created', ({ userId }) => heard.push(`on ${userId}`), {
      filter: ({ userId }) => userId !== 'bob',
    });
    once('Session.created', ({ userId }) => heard.push(`once ${userId}`), { filter: ({ userId }) => userId === 'bob' });
    const always = ({ userId }: SdkEvent): number => heard.push(`always ${userId}`);
    on('*', always);
    for (const userId of ['ada', 'bob', 'bob']) await session.create({ userId });
    expect(heard).toEqual(['on ada', 'always ada', 'once bob', 'always bob', 'always bob']);
    end();
    off(always);
    await session.create({ userId: 'ada' });
    expect(heard).toHaveLength(5);
  });

  test('S96: a handler that throws, fails or hangs undoes nothing and keeps nobody from hearing', async () => {
    const errors: string[] = [];
    const { session, on } = createSdk({ onError: (error) => errors.push((error as Error).message) });
    let heard = 0;
    on('*', () => {
      throw new Error('at once');
    });
    on('*', async () => Promise.reject(new Error('later')));
    on('*', async () => new Promise(() => {}));
    on('*', () => ++heard);
    const { id } = await session.create({ userId: 'ada' });
    await new Promise(setImmediate);
    expect(await session.isValid(id)).toBe(true);
    expect([heard, errors.toSorted()]).toEqual([1, ['at once', 'later']]);
  });

  test('S98: a handler that takes another away keeps it from hearing', async () => {
    const { session, on, off } = createSdkWorld();
    let heard = 0;
    const second = (): number => ++heard;
    on('*', () => {
      off(second);
    });
    on('*', second);
    await session.create({ userId: 'ada' });
    expect(heard).toBe(0);
  });
});

describe('sending', () => {
  test('S99: tells an event of the app to who listens for it', async () => {
    const { $, send, on, clock } = createSdkWorld();
    const heard: SdkEvent[] = [];
    on($['Order']!, (event) => heard.push(event));
    on('$.Order.placed', (event) => heard.push(event));
    on('Session.*', (event) => heard.push(event));
    clock.at += day;
    const metadata = { userId: 'ada', causationId: 'event 1', source: 'shop' };
    const sent = await send($['Order']!['placed']!, { total: 3, at: new Date(start) }, metadata);
    expect(heard).toEqual([sent]);
    expect(sent).toEqual({
      id: expect.any(String) as string,
      seq: start + day,
      type: 'Order.placed',
      subject: 'Order',
      action: 'placed',
      occurredAt: after(day),
      sessionId: null,
      userId: 'ada',
      data: { total: 3, at: after(0) },
      metadata: {
        timestamp: after(day),
        source: 'shop',
        correlationId: sent.id,
        causationId: 'event 1',
        userId: 'ada',
      },
    });
    expect((await send('Order.placed')).data).toBeNull();
  });

  test.each(['', '$', '$.', 'Order', 'Order.', '.placed'])('S99: refuses the name "%s"', async (name) => {
    const { send } = createSdkWorld();
    await expect(send(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
