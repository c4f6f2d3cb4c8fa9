import { describe, expect, test, vi } from 'vitest';
import { createMac, createRandom, createSessions, createSessionTokens } from 'sojourn/server';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import * as sdkDo from 'sojourn/compat/sdk-do';
import { createSdk, SessionError } from 'sojourn/compat/sdk-do';
import type { Sessions } from '../../../src/server/engine/sessions.ts';
import type { Store } from '../../../src/server/engine/store.ts';
import { after, createSdkWorld, day, hour, minute, start } from './sdk-world.ts';

const clock = { now: (): number => start };

function engineOn(store: Store): Sessions {
  const random = createRandom();
  const mac = createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
  return createSessions({ store, clock, random, mac, idleTimeout: '10m', absoluteTimeout: '1h', types: { app: {} } });
}

describe('signing in', () => {
  test('S87: is up to a hook, and whoever it names gets a session', async () => {
    const { auth, session, configure } = createSdkWorld();
    configure({
      authenticate: async ({ email, password }) =>
        password === 'secret' ? { userId: `user of ${email}`, name: 'Ada' } : null,
    });
    const user = await auth.login({ email: 'ada@example.com', password: 'secret' });
    expect(user).toEqual({ userId: 'user of ada@example.com', name: 'Ada' });
    const made = await session.create({
      userId: user.userId,
      data: { loginMethod: 'email', loginTime: new Date(start), userAgent: null },
      expiresIn: '24h',
    });
    expect(await session.verify(made.token)).toMatchObject({
      userId: 'user of ada@example.com',
      data: { loginMethod: 'email', loginTime: after(0), userAgent: null },
    });
  });

  test.each([null, undefined])('S88: fails with one text when the hook answers %s', async (nobody) => {
    const { auth } = createSdk({ authenticate: () => nobody });
    const error = await auth.login({ email: 'ada', password: 'wrong' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SessionError);
    expect(error).toMatchObject({ message: 'Invalid credentials', code: 'INVALID_CREDENTIALS', status: 401 });
  });

  test('S87: without a hook says what is missing', async () => {
    const login = createSdk().auth.login({ email: 'ada', password: 'secret' });
    await expect(login).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED', status: 501, hint: /`authenticate`/ });
  });
});

describe('the database', () => {
  test('keeps values by key, for ever or for a while', async () => {
    const { db, clock: moving } = createSdkWorld();
    await db.set('a', { n: 1, at: new Date(start) });
    await db.set('b', 'soon gone', { expiresIn: '1m' });
    expect(await db.get('a')).toEqual({ n: 1, at: after(0) });
    expect(await db.list()).toEqual([
      { key: 'a', value: { n: 1, at: after(0) } },
      { key: 'b', value: 'soon gone' },
    ]);
    expect(await db.list({ after: 'a' })).toEqual([{ key: 'b', value: 'soon gone' }]);
    expect(await db.list({ limit: 1 })).toHaveLength(1);
    moving.at += minute;
    expect([await db.get('b'), await db.delete('b'), await db.delete('a'), await db.get('a')]).toEqual([
      null,
      false,
      true,
      null,
    ]);
  });

  test('refuses what is no key, no value or no page', async () => {
    const { db } = createSdk();
    for (const attempt of [db.get(''), db.set('x'.repeat(257), 1), db.set('a', undefined), db.list({ limit: 0 })])
      await expect(attempt).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('is not there for an engine whose store nobody named', async () => {
    const store = createMemoryStore();
    const sessions = engineOn(store);
    await expect(createSdk({ sessions }).db.get('a')).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED' });
    const { db } = createSdk({ sessions, store });
    await db.set('a', 1);
    expect(await db.get('a')).toBe(1);
  });
});

describe('an engine of somebody else', () => {
  test('keeps its own limits, unless a session asks for others', async () => {
    const { session } = createSdk({ sessions: engineOn(createMemoryStore()), clock });
    const { id, expiresAt, absoluteExpiresAt } = await session.create({ userId: 'ada' });
    expect([expiresAt, absoluteExpiresAt]).toEqual([after(hour), after(hour)]);
    expect(await session.timeRemaining(id)).toBe(10 * minute);
    const asked = await session.create({ userId: 'ada', idleTimeout: null, absoluteTimeout: '2d' });
    expect([asked.expiresAt, await session.timeRemaining(asked.id)]).toEqual([after(day), day]);
  });

  test('finds ended sessions only of a type that was named', async () => {
    const sessions = engineOn(createMemoryStore());
    const unnamed = createSdk({ sessions, clock }).session;
    await expect(unnamed.list('ada', { includeInactive: true })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    const { session } = createSdk({ sessions, clock, type: 'app' });
    const { id } = await session.create({ userId: 'ada' });
    await session.delete(id);
    expect(await session.list('ada', { includeInactive: true })).toMatchObject([{ id, state: 'revoked' }]);
  });

  test('S8: is one for all who share its store and the secret of their tokens, also after a new secret was put in front', async () => {
    const store = createMemoryStore();
    const sessions = engineOn(store);
    const [secret, next] = ['s'.repeat(32), new Uint8Array(32).fill(7)];
    const { id, token } = await createSdk({ sessions, store, clock, secret }).session.create({ userId: 'ada' });
    for (const known of [secret, [secret], [next, secret]])
      expect(await createSdk({ sessions, store, clock, secret: known }).session.verify(token)).toMatchObject({ id });
    // Also by an engine of the facade itself, over the same store.
    expect(await createSdk({ store, clock, secret }).session.verify(token)).toMatchObject({ id });
    for (const other of [{ secret: next }, {}])
      await expect(createSdk({ sessions, clock, ...other }).session.verify(token)).rejects.toMatchObject({
        code: 'INVALID_TOKEN',
      });
  });

  test('S59: may sign tokens with a key whose public half anybody can check them with', async () => {
    const sessions = engineOn(createMemoryStore());
    const tokens = createSessionTokens({ keys: { algorithm: 'ES256' }, clock });
    const { id, token } = await createSdk({ sessions, clock, tokens }).session.create({ userId: 'ada' });
    const published = createLocalJWKSet(await tokens.keySet());
    const { payload } = await jwtVerify(token, published, { currentDate: new Date(start), algorithms: ['ES256'] });
    expect(payload).toMatchObject({ sub: 'ada', sid: id });
  });

  test('S108: is not given tokens and a secret, nor a secret that is too short', async () => {
    const [secret, tokens] = ['s'.repeat(32), createSessionTokens({ secret: 't'.repeat(32) })];
    const refused = expect.objectContaining({ name: 'SessionError', code: 'INVALID_ARGUMENT', status: 400 }) as unknown;
    expect(() => createSdk({ secret, tokens })).toThrow(refused);
    const store = createMemoryStore();
    const { configure, session } = createSdk({ store, secret });
    expect(() => configure({ tokens })).toThrow(refused);
    expect(() => configure(undefined as never)).toThrow(refused);
    const { id, token } = await session.create({ userId: 'ada' });
    expect(await createSdk({ store, secret }).session.verify(token)).toMatchObject({ id });
    const short = createSdk({ secret: 'short' });
    await expect(short.session.create({ userId: 'ada' })).rejects.toEqual(refused);
    expect(() => short.on('*', () => {})).toThrow(refused);
  });

  test('may have sessions that nothing ends', async () => {
    const sessions = engineOn(createMemoryStore());
    const { session } = createSdk({ sessions, clock });
    const free = await sessions.create({ userId: 'ada', idleTimeout: null, absoluteTimeout: null });
    const { id } = free.session;
    expect(await session.timeRemaining(id)).toBe(Infinity);
    expect(await session.get(id)).toMatchObject({ absoluteExpiresAt: null, expiresAt: '+275760-09-13T00:00:00.000Z' });
  });
});

describe('errors', () => {
  test('S108: have a code, a status, a hint, and say whether waiting helps', async () => {
    const store = createMemoryStore();
    const { session } = createSdk({ store });
    const { id, token } = await session.create({ userId: 'ada' });
    const missing = await session.touch('session_unknown').catch((reason: unknown) => reason);
    expect(missing).toMatchObject({
      name: 'SessionError',
      message: 'Session not found',
      code: 'SESSION_NOT_FOUND',
      status: 404,
      retryable: false,
      hint: /list the sessions/,
      cause: { code: 'session_not_found' },
    });
    await store.close();
    for (const attempt of [session.get(id), session.isValid(id), session.verify(token), session.tryVerify(token)])
      await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', status: 503, retryable: false });
  });

  test('S108: that are not ours stay what they are', async () => {
    const { auth, session } = createSdk({
      authenticate: () => {
        throw new RangeError('no such table');
      },
    });
    await expect(auth.login({ email: '', password: '' })).rejects.toBeInstanceOf(RangeError);
    const { id } = await session.create({ userId: 'ada' });
    const broken = (): never => {
      throw new RangeError('broken');
    };
    await expect(session.mutate(id, 'a', broken)).rejects.toBeInstanceOf(RangeError);
  });
});

test('S103: agents get every operation as a tool, described and checked', async () => {
  const { session } = createSdkWorld();
  const { id } = await session.create({ userId: 'ada' });
  const tools = session.tools();
  expect(session.describe().map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
  const list = tools.find(({ name }) => name === 'sessions_list');
  expect(list?.inputSchema).toMatchObject({ type: 'object', required: ['user_id'] });
  expect(await list?.call({ user_id: 'ada' })).toMatchObject({ ok: true, result: { sessions: [{ id }] } });
  expect(await list?.call({ user: 'ada' })).toMatchObject({ ok: false, error: { retryable: false } });
});

test('S103: a session that a tool makes lives as others do here', async () => {
  const { session } = createSdkWorld();
  const create = session.tools().find(({ name }) => name === 'sessions_create');
  expect(await create?.call({ user_id: 'ada' })).toMatchObject({ ok: true });
  expect(await session.list('ada')).toMatchObject([{ expiresAt: after(day), absoluteExpiresAt: after(30 * day) }]);
});

describe('the named exports', () => {
  test('S2 S8 S99: work without being configured, on one engine, and by themselves', async () => {
    const { session, db, on, once, off, send, $ } = sdkDo;
    const heard: string[] = [];
    const hear = ({ type }: sdkDo.SdkEvent): number => heard.push(type);
    on($.Session.created, hear);
    once('Order.*', hear);
    const made = await session.create({ userId: 'user_123', expiresIn: '24h' });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(day);
    expect(await session.verify(made.token)).toMatchObject({ id: made.id });
    await send('Order.placed', { total: 1 });
    await send('Order.placed', { total: 2 });
    off(hear);
    await session.create({ userId: 'user_123' });
    expect(heard).toEqual(['Session.created', 'Order.placed']);
    await db.set('a', 1);
    expect(await db.get('a')).toBe(1);
  });

  test('make nothing before they are used', async () => {
    vi.resetModules();
    const random = vi.spyOn(crypto, 'getRandomValues');
    try {
      const { session, $ } = (await import('sojourn/compat/sdk-do')) as typeof sdkDo;
      expect(String($.Session.created)).toBe('$.Session.created');
      expect(random).not.toHaveBeenCalled();
      await session.get('session_unknown');
      expect(random).toHaveBeenCalled();
    } finally {
      random.mockRestore();
    }
  });

  test('take who may sign in at any time, and everything else only before they are used', async () => {
    vi.resetModules();
    const { auth, configure, session } = (await import('sojourn/compat/sdk-do')) as typeof sdkDo;
    configure({ expiresIn: '1h', clock });
    const made = await session.create({ userId: 'ada' });
    expect(made.expiresAt).toBe(after(hour));
    expect(() => configure({ expiresIn: '2h' })).toThrow(/before the first call/);
    configure({ authenticate: () => ({ userId: 'ada' }) });
    expect(await auth.login({ email: 'ada', password: '' })).toEqual({ userId: 'ada' });
  });
});
