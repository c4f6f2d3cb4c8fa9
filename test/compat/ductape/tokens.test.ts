import { beforeEach, describe, expect, test } from 'vitest';
import { Ductape, SessionError, type StartedSession } from 'sojourn/compat/ductape';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { dataOf, day, hour, openServers, openShop, userSession, type StillClock } from './shop.ts';

describe('sessions of a type', () => {
  let ductape: Ductape;
  let clock: StillClock;
  const tag = 'user';

  beforeEach(async () => {
    ({ ductape, clock } = await openShop());
  });

  const start = (userId = 'ada'): Promise<StartedSession> => ductape.sessions.start({ tag, data: dataOf(userId) });
  const verify = (token: string): Promise<unknown> => ductape.sessions.verify({ tag, token });

  test('S52 S82: start with a token, a refresh token in two parts, an id and an end', async () => {
    const started = await start();
    expect(started).toEqual({
      token: expect.stringMatching(/^user:eyJhbGciOiJIUzI1NiIs[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
      refreshToken: expect.stringMatching(/^[\w-]+:[\w-]+$/) as unknown,
      sessionId: expect.stringMatching(/^session_[\w-]{38}$/) as unknown,
      expiresAt: new Date(clock.at + 7 * day),
    });
  });

  test('S82: start by every name that the call ever had', async () => {
    const data = dataOf('ada');
    const started = [
      await ductape.sessions.create({ product: 'shop', env: 'dev', tag, data }),
      await ductape.processor.sessions.start({ tag, data }),
      await ductape.sessions.start({ tag, data }),
    ];
    expect(new Set(started.map(({ sessionId }) => sessionId)).size).toBe(3);
    expect(await ductape.processor.sessions.decrypt({ tag, token: started[1]!.token })).toEqual(data);
  });

  test('S51: hold data that is read off no token, and comes back as it was', async () => {
    const { token } = await start();
    const decoded = token.split(/[.:]/).map((part) => Buffer.from(part, 'base64url').toString());
    expect(decoded.join()).not.toContain('example.com');
    expect(await ductape.sessions.validate({ tag, token })).toEqual(dataOf('ada'));
  });

  test('S57: are verified to a yes with the data, or a no', async () => {
    const { token, sessionId, expiresAt } = await start();
    const yes = { valid: true, data: dataOf('ada'), sessionId, expiresAt };
    const bare = token.slice('user:'.length);
    for (const text of [token, bare, `Bearer ${token}`, `Bearer ${bare}`]) expect(await verify(text)).toEqual(yes);
    await ductape.product.sessions.create({ ...userSession, tag: 'other' });
    expect(await ductape.sessions.verify({ tag: 'other', token })).toEqual({ valid: false });
    expect(await ductape.sessions.verify({ tag: 'other', token: bare })).toEqual({ valid: false });
    for (const text of [`other:${bare}`, `${token}x`, 'user:', 'nonsense', '', undefined as never])
      expect(await verify(text)).toEqual({ valid: false });
  });

  test('S57: are neither when it cannot be told', async () => {
    const { token } = await start();
    const { ductape: other, sessions } = openServers(createMemoryStore(), clock)();
    await other.product.sessions.create(userSession);
    const theirs = await other.sessions.start({ tag, data: dataOf('ada') });
    expect(await other.sessions.verify({ tag, token })).toEqual({ valid: false });
    const inspect = (): Promise<never> => Promise.reject(new Error('a bug'));
    const faulty = new Ductape({ sessions: { ...sessions, inspect }, secret: 'x'.repeat(32), clock });
    const theirOwn = await faulty.sessions.start({ tag, product: 'shop', env: 'dev', data: dataOf('ada') });
    await expect(faulty.sessions.verify({ tag, token: theirOwn.token })).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      status: 500,
    });
    await sessions.close();
    await expect(other.sessions.verify({ tag, token: theirs.token })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      status: 503,
    });
  });

  test('S58: are validated to their data, or an error that says why', async () => {
    const { token, sessionId, refreshToken } = await start();
    const validate = (text: string): Promise<unknown> => ductape.sessions.validate({ tag, token: text });
    expect(await validate(token)).toEqual(dataOf('ada'));
    expect(await ductape.sessions.decrypt({ tag, token })).toEqual(dataOf('ada'));
    await expect(validate('nonsense')).rejects.toMatchObject({
      name: 'SessionError',
      code: 'VERIFY_FAILED',
      status: 401,
    });
    await expect(validate(refreshToken)).rejects.toMatchObject({ code: 'VERIFY_FAILED' });
    await expect(validate('')).rejects.toMatchObject({ code: 'JWT_NOT_AVAILABLE' });
    await expect(ductape.sessions.validate({ tag: 'other', token })).rejects.toMatchObject({ code: 'VERIFY_FAILED' });
    await ductape.sessions.revoke({ tag, sessionId });
    await expect(validate(token)).rejects.toMatchObject({ code: 'SESSION_REVOKED', status: 401 });
    const second = await start();
    clock.at += 7 * day;
    await expect(validate(second.token)).rejects.toBeInstanceOf(SessionError);
    await expect(validate(second.token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  test('S54: are refreshed with a new token and a new refresh token, under the same id', async () => {
    const started = await start();
    clock.at += 6 * day;
    const refreshed = await ductape.sessions.refresh({ tag, refreshToken: started.refreshToken });
    expect(refreshed.sessionId).toBe(started.sessionId);
    expect(refreshed.token).not.toBe(started.token);
    expect(refreshed.refreshToken).not.toBe(started.refreshToken);
    expect(refreshed.expiresAt).toEqual(new Date(clock.at + 7 * day));
    expect(await verify(refreshed.token)).toMatchObject({ valid: true, data: dataOf('ada') });
    const again = await ductape.sessions.refresh({ tag, refreshToken: refreshed.refreshToken });
    expect(again.sessionId).toBe(started.sessionId);
  });

  test('S54: are refreshed after the end of a token that was made shorter', async () => {
    const started = await ductape.sessions.start({ tag, data: dataOf('ada'), expiresIn: 60 });
    expect(started.expiresAt).toEqual(new Date(clock.at + 60_000));
    clock.at += 59_999;
    expect(await verify(started.token)).toMatchObject({ valid: true, expiresAt: started.expiresAt });
    clock.at += 1;
    expect(await verify(started.token)).toEqual({ valid: false });
    const { refreshToken } = started;
    const refreshed = await ductape.sessions.refresh({ tag, refreshToken, expiresIn: '2m' });
    expect(refreshed.expiresAt).toEqual(new Date(clock.at + 120_000));
    expect(await verify(refreshed.token)).toMatchObject({ valid: true });
  });

  test('S16: are refreshed for 30 days at most, or for as long as their type lasts, where that is longer', async () => {
    let { refreshToken } = await start();
    let end = 0;
    for (let week = 0; week < 4; week++) {
      clock.at += 7 * day - 1;
      const refreshed = await ductape.sessions.refresh({ tag, refreshToken });
      ({ refreshToken } = refreshed);
      end = refreshed.expiresAt.getTime();
    }
    expect(end).toBe(Date.UTC(2026, 0, 31));
    clock.at = end;
    await expect(ductape.sessions.refresh({ tag, refreshToken })).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  test('S55: end when a refresh token comes a second time, and nobody else’s do', async () => {
    const started = await start();
    const other = await start();
    const refreshed = await ductape.sessions.refresh({ tag, refreshToken: started.refreshToken });
    const reused = { name: 'SessionError', code: 'REFRESH_REUSED', status: 401 };
    await expect(ductape.sessions.refresh({ tag, refreshToken: started.refreshToken })).rejects.toMatchObject(reused);
    await expect(ductape.sessions.refresh({ tag, refreshToken: refreshed.refreshToken })).rejects.toMatchObject(reused);
    expect(await verify(refreshed.token)).toEqual({ valid: false });
    await expect(ductape.sessions.validate({ tag, token: refreshed.token })).rejects.toMatchObject({
      code: 'SESSION_REVOKED',
    });
    expect(await verify(other.token)).toMatchObject({ valid: true });
  });

  test('S54: are not refreshed once they are over, nor by what is no refresh token of their type', async () => {
    await ductape.product.sessions.create({ ...userSession, tag: 'other' });
    const { refreshToken, sessionId, token } = await start();
    const refresh = (text: string, as = tag): Promise<unknown> =>
      ductape.sessions.refresh({ tag: as, refreshToken: text });
    const [id, part] = refreshToken.split(':') as [string, string];
    const second = await start('bo');
    for (const text of [
      '',
      'nonsense',
      part,
      `${id}:`,
      `${id}:${part.slice(0, -1)}A`,
      token,
      `${second.sessionId}x:${part}`,
    ])
      await expect(refresh(text)).rejects.toMatchObject({ code: 'REFRESH_FAILED' });
    // Of two sessions of one type: it is used up, and gives nobody a session.
    await expect(refresh(`${sessionId}:${(await start('eve')).refreshToken.split(':')[1]}`)).rejects.toMatchObject({
      code: 'REFRESH_FAILED',
    });
    await expect(refresh(refreshToken, 'other')).rejects.toMatchObject({ code: 'REFRESH_FAILED' });
    await expect(refresh(refreshToken, 'missing')).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
    await ductape.sessions.revoke({ tag, sessionId });
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'SESSION_REVOKED' });
    clock.at += 7 * day;
    await expect(refresh(second.refreshToken)).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  test('S79: belong to whom their selector finds, or to whom the call names', async () => {
    await start('ada');
    await ductape.sessions.start({ tag, data: dataOf('ada'), identifier: 'team' });
    const { users } = await ductape.sessions.fetchUsers({ session: tag });
    expect(users.map(({ identifier }) => identifier).toSorted()).toEqual(['ada', 'team']);
    for (const data of [{}, { userId: null }, { userId: { id: 1 } }])
      await expect(ductape.sessions.start({ tag, data })).rejects.toMatchObject({ code: 'SELECTOR_UNRESOLVED' });
  });

  test('S76: start with data that fits their schema, and not with other', async () => {
    await expect(
      ductape.sessions.start({ tag, data: { userId: 'ada', details: { username: 7 } } }),
    ).rejects.toMatchObject({
      code: 'DATA_INVALID',
      status: 422,
      message: expect.stringContaining('details.username'),
    });
    await expect(
      ductape.sessions.start({ tag, data: { userId: 'ada', at: new Date() as never } }),
    ).rejects.toMatchObject({ code: 'DATA_NOT_SERIALIZABLE' });
    await expect(ductape.sessions.start({ tag: 'missing', data: {} })).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
      status: 404,
    });
  });

  test('S31: that would not fit into a token are not left behind', async () => {
    const data = { ...dataOf('ada'), note: 'x'.repeat(4000) };
    await expect(ductape.sessions.start({ tag, data })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      status: 413,
    });
    await expect(ductape.sessions.start({ tag, data: dataOf('ada'), expiresIn: 'soon' })).rejects.toMatchObject({
      code: 'INVALID_DURATION',
    });
    expect(await ductape.sessions.listActive({ tag })).toMatchObject({ total: 0 });
  });

  test('S82: with a cache tag are started once', async () => {
    const once = (userId = 'ada', cache = 'tab-1'): Promise<StartedSession> =>
      ductape.sessions.start({ tag, data: dataOf(userId), cache });
    const [first, second] = await Promise.all([once(), once()]);
    expect(second.sessionId).toBe(first.sessionId);
    const refreshed = await ductape.sessions.refresh({ tag, refreshToken: first.refreshToken });
    const third = await once();
    expect(third.sessionId).toBe(first.sessionId);
    expect(third.refreshToken).toBe(refreshed.refreshToken);
    await expect(once('bo')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(once('ada', 'no good')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await once('ada', 'other')).sessionId).not.toBe(first.sessionId);
    await ductape.sessions.revoke({ tag, sessionId: first.sessionId });
    expect((await once()).sessionId).not.toBe(first.sessionId);
  });

  test('S81 S82: with one cache tag are one in each product and env', async () => {
    await ductape.product.sessions.create({ ...userSession, tag: 'other' });
    const once = (place: object, of = tag): Promise<StartedSession> =>
      ductape.sessions.start({ tag: of, data: dataOf('ada'), cache: 'c1', ...place });
    const started = [
      await once({}),
      await once({ env: 'prd' }),
      await once({ env: 'p'.repeat(200) }),
      await once({}, 'other'),
    ];
    expect(new Set(started.map(({ sessionId }) => sessionId)).size).toBe(4);
    const { token } = started[1]!;
    expect(await ductape.sessions.verify({ tag, token, env: 'prd' })).toMatchObject({ valid: true });
    expect((await once({ env: 'prd' })).sessionId).toBe(started[1]!.sessionId);

    const { ductape: any, sessions } = openServers(createMemoryStore(), clock)();
    await sessions.types.define({ tag, selector: '$Session{userId}', schema: { userId: 'string' }, windowMs: day });
    const [shop, bank] = ['shop', 'bank'].map((product) => any.connect({ product }));
    const one = await shop!.sessions.start({ tag, data: dataOf('ada'), cache: 'c1' });
    expect((await bank!.sessions.start({ tag, data: dataOf('ada'), cache: 'c1' })).sessionId).not.toBe(one.sessionId);
  });

  test('S19: are ended by their id, or by their user', async () => {
    const [one, two, bo] = [await start(), await start(), await start('bo')];
    await ductape.product.sessions.create({ ...userSession, tag: 'chat' });
    const chat = await ductape.sessions.start({ tag: 'chat', data: dataOf('ada') });
    const { revoke } = ductape.sessions;
    expect(await revoke({ tag: 'chat', sessionId: one.sessionId })).toEqual({ revokedCount: 0 });
    expect(await revoke({ tag, sessionId: one.sessionId, identifier: 'bo' })).toEqual({ revokedCount: 0 });
    expect(await revoke({ tag, sessionId: one.sessionId })).toEqual({ revokedCount: 1 });
    expect(await revoke({ tag, sessionId: one.sessionId })).toEqual({ revokedCount: 0 });
    expect(await revoke({ tag, sessionId: 'unknown' })).toEqual({ revokedCount: 0 });
    expect(await verify(two.token)).toMatchObject({ valid: true });
    expect(await revoke({ tag, identifier: 'ada' })).toEqual({ revokedCount: 1 });
    expect(await verify(two.token)).toEqual({ valid: false });
    expect(await verify(bo.token)).toMatchObject({ valid: true });
    expect(await ductape.sessions.verify({ tag: 'chat', token: chat.token })).toMatchObject({ valid: true });
    await expect(revoke({ tag })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(revoke({ tag: 'missing', identifier: 'ada' })).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
  });

  test('S21: are all ended but the one that is kept', async () => {
    const started = [await start(), await start(), await start()];
    const bo = await start('bo');
    const excludeCurrentSession = started[1]!.sessionId;
    expect(await ductape.sessions.revokeAll({ tag, identifier: 'ada', excludeCurrentSession })).toEqual({
      revokedCount: 2,
    });
    const verified = await Promise.all([...started, bo].map(({ token }) => verify(token)));
    expect(verified.map((each) => (each as { valid: boolean }).valid)).toEqual([false, true, false, true]);
    expect(await ductape.sessions.revokeAll({ tag, identifier: 'ada' })).toEqual({ revokedCount: 1 });
    expect(await ductape.sessions.revokeAll({ tag, identifier: 'nobody' })).toEqual({ revokedCount: 0 });
  });

  test('S80: of one user are apart by type, with data and ends of their own', async () => {
    const chat = {
      ...userSession,
      tag: 'chat',
      schema: { userId: 'string', topic: 'string' },
      expiry: 1,
      period: 'hours',
    };
    await ductape.product.sessions.create(chat as never);
    const user = await start();
    const talk = await ductape.sessions.start({ tag: 'chat', data: { userId: 'ada', topic: 'returns' } });
    clock.at += hour;
    expect(await ductape.sessions.verify({ tag: 'chat', token: talk.token })).toEqual({ valid: false });
    expect(await verify(user.token)).toMatchObject({ valid: true, data: dataOf('ada') });
  });

  test('S81: start where the call says, or the connection, or the constructor', async () => {
    const data = dataOf('ada');
    const bare = ductape.connect({});
    await bare.sessions.start({ tag, data });
    const live = ductape.connect({ env: 'prd' });
    const { token, refreshToken } = await live.sessions.start({ tag, data });
    expect(await live.sessions.verify({ tag, token })).toMatchObject({ valid: true });
    expect(await ductape.sessions.verify({ tag, token })).toEqual({ valid: false });
    expect(await ductape.sessions.verify({ tag, token, env: 'prd' })).toMatchObject({ valid: true });
    expect(await live.sessions.verify({ tag, token, env: 'dev' })).toEqual({ valid: false });
    await expect(ductape.sessions.refresh({ tag, refreshToken })).rejects.toMatchObject({ code: 'REFRESH_FAILED' });
    await expect(new Ductape({ product: 'shop' }).sessions.start({ tag, data })).rejects.toMatchObject({
      code: 'ENV_NOT_FOUND',
    });
    await expect(new Ductape({ env: 'dev' }).sessions.start({ tag, data })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('product') as unknown,
    });
  });

  test('S54: and their tokens are good on every server that has the same store and secrets, the older ones too', async () => {
    const server = openServers(createMemoryStore(), clock);
    const [one, other] = [server().ductape, server().ductape];
    await one.product.sessions.create(userSession);
    const { token, refreshToken } = await one.sessions.start({ tag, data: dataOf('ada') });
    expect(await other.sessions.validate({ tag, token })).toEqual(dataOf('ada'));
    const refreshed = await other.sessions.refresh({ tag, refreshToken });
    expect(await one.sessions.verify({ tag, token: refreshed.token })).toMatchObject({ valid: true });
    expect(await one.sessions.verify({ tag, token })).toMatchObject({ valid: true });
  });

  test('S54: are refreshed in one step, with the data as it is now', async () => {
    const { ductape: own, sessions } = openServers(createMemoryStore(), clock)();
    await own.product.sessions.create(userSession);
    const { sessionId, refreshToken } = await own.sessions.start({ tag, data: dataOf('ada') });
    await sessions.data.set(sessionId, 'note', 'x'.repeat(4000));
    await expect(own.sessions.refresh({ tag, refreshToken })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    await sessions.data.set(sessionId, 'note', 'short');
    clock.at += hour;
    const { token } = await own.sessions.refresh({ tag, refreshToken });
    expect(await own.sessions.validate({ tag, token })).toEqual({ ...dataOf('ada'), note: 'short' });
    const events = await sessions.events({ userId: 'ada' });
    expect(events.map(({ type }) => type)).toEqual([
      'session.created',
      'session.updated',
      'session.updated',
      'session.refreshed',
    ]);
  });

  test('S82: with a cache tag wait for the start that is under way; on another server they are told to try again', async () => {
    const store = createMemoryStore();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow = {
      ...store,
      create: async (...args: Parameters<typeof store.create>) => (await gate, store.create(...args)),
    };
    const server = openServers(slow, clock);
    const [one, other] = [server().ductape, server().ductape];
    await one.product.sessions.create(userSession);
    const once = (on: Ductape): Promise<StartedSession> =>
      on.sessions.start({ tag, data: dataOf('ada'), cache: 'tab-1' });
    const both = Promise.all([once(one), once(one)]);
    await expect(once(other)).rejects.toMatchObject({ code: 'CREATE_FAILED', retryable: true, status: 409 });
    open();
    const [first, second] = await both;
    expect(second.sessionId).toBe(first.sessionId);
    expect((await once(other)).sessionId).toBe(first.sessionId);
  });
});
