import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CreateSession, IssuedSession } from '../../../src/server/engine/sessions.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createSessionTokens, type SessionTokens } from '../../../src/server/tokens/session-tokens.ts';
import { createWorld, day, hour, type World } from '../engine/world.ts';

const secret = 'a secret of at least thirty-two characters';
const data = { cart: [{ sku: 'x1', count: 2 }], ключ: 'значение', nested: { deep: { flag: false, none: null } } };

describe('a session token', () => {
  let world: World;
  let tokens: SessionTokens;
  let issued: IssuedSession;

  const create = (more: Partial<CreateSession> = {}): Promise<IssuedSession> =>
    world.sessions.create({ userId: 'ada', window: '1h', absoluteTimeout: '1d', idleTimeout: null, data, ...more });

  beforeEach(async () => {
    world = createWorld(createMemoryStore(), { types: { visit: {} } });
    tokens = createSessionTokens({ secret, clock: world.clock });
    issued = await create();
  });

  test('S50: is an HS256 JWT whose header says its algorithm first', async () => {
    const token = await tokens.issue(issued.session);
    expect(token).toMatch(/^eyJhbGciOiJIUzI1NiIs/);
    const header = decodeProtectedHeader(token);
    expect(Object.keys(header)).toEqual(['alg', 'typ', 'kid']);
    expect(header).toMatchObject({ alg: 'HS256', typ: 'JWT' });
  });

  test('S50: says whose it is, of which session, and until when at most', async () => {
    world.clock.at += 500;
    const [one, other] = await Promise.all([tokens.issue(issued.session), tokens.issue(issued.session)]);
    const claims = decodeJwt(one);
    expect(claims).toEqual({
      sub: 'ada',
      sid: issued.session.id,
      session_type: 'default',
      gen: 0,
      jti: expect.stringMatching(/^[\w-]{22}$/) as unknown,
      iat: Math.floor(world.clock.at / 1000),
      exp: issued.session.absoluteEndsAt! / 1000,
    });
    expect(decodeJwt(other).jti).not.toBe(claims.jti);
  });

  test.each<[string, Partial<CreateSession>, number | undefined]>([
    ['its absolute end', { absoluteTimeout: '1d', window: '1h' }, day],
    ['the end of its window, where it has no absolute one', { absoluteTimeout: null, window: '1h' }, hour],
    ['the next whole second', { absoluteTimeout: '1500ms', window: null }, 2000],
    ['never, where it has neither', { absoluteTimeout: null, window: null }, undefined],
  ])('S50: ends with its session: at %s', async (_, wishes, life) => {
    const { session } = await create(wishes);
    const { exp } = decodeJwt(await tokens.issue(session));
    expect(exp).toBe(life === undefined ? undefined : (world.clock.at + life) / 1000);
  });

  test('S50: may end earlier than its session, and not later', async () => {
    const at = async (endsAt: number): Promise<unknown> =>
      decodeJwt(await tokens.issue(issued.session, { endsAt })).exp;
    expect(await at(world.clock.at + 60_001)).toBe(world.clock.at / 1000 + 61);
    expect(await at(world.clock.at + 9 * day)).toBe(issued.session.absoluteEndsAt! / 1000);
  });

  test('S8: leads to its session as it is now', async () => {
    const token = await tokens.issue(issued.session, { scope: 'read' });
    await world.sessions.data.set(issued.session.id, 'more', 1);
    const { session, claims, data: carried } = await tokens.verify(token, world.sessions);
    expect(session.data).toEqual({ ...data, more: 1 });
    expect(claims.scope).toBe('read');
    expect(carried).toBeNull();
  });

  test('S52 S53: is taken as it is, after Bearer, and with the tag of its type in front', async () => {
    const visit = await create({ type: 'visit' });
    const token = await tokens.issue(visit.session);
    for (const text of [token, `Bearer ${token}`, `bearer  ${token} `, `visit:${token}`, `Bearer visit:${token}`])
      expect((await tokens.verify(text, world.sessions)).session.id).toBe(visit.session.id);
    for (const text of [
      `other:${token}`,
      `:${token}`,
      `visit:visit:${token}`,
      `visit:Bearer ${token}`,
      `Basic ${token}`,
      `${token}.x`,
      `${token}\n`,
      token.slice(0, -1),
      '',
      'nonsense',
      `Bearer ${' '.repeat(9000)}${token}`,
      null,
    ])
      await expect(tokens.verify(text as string, world.sessions)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  test('S56: is superseded by the next one after a renewal, and by nothing else', async () => {
    const token = await tokens.issue(issued.session);
    const { id } = issued.session;
    await world.refresh(issued.refreshToken);
    await world.sessions.touch(id);
    await world.sessions.extend(id, '1h');
    await tokens.verify(token, world.sessions);
    const renewed = await world.sessions.renew(id);
    await expect(tokens.verify(token, world.sessions)).rejects.toMatchObject({ code: 'token_superseded', status: 401 });
    expect((await tokens.verify(await tokens.issue(renewed), world.sessions)).session.id).toBe(id);
  });

  test('S8: is worth nothing once its session is over, and says why', async () => {
    const { session } = issued;
    const token = await tokens.issue(session);
    world.clock.at += hour;
    const rejected = { code: 'session_ended', status: 401 };
    await expect(tokens.verify(token, world.sessions)).rejects.toMatchObject({ ...rejected, reason: 'expired' });
    const second = await create();
    const other = await tokens.issue(second.session);
    await world.sessions.revoke(second.session.id, 'revoked');
    await expect(tokens.verify(other, world.sessions)).rejects.toMatchObject({ ...rejected, reason: 'revoked' });
    const dead = await world.sessions.inspect(second.session.id);
    await expect(tokens.issue(dead!)).rejects.toMatchObject({ ...rejected, reason: 'revoked' });
  });

  test('is looked at in order: signature, its end, whether the session is known, generation, whether the session lives', async () => {
    const { session } = issued;
    const early = await tokens.issue(session, { endsAt: world.clock.at + 1000 });
    const token = await tokens.issue(session);
    const gone = await tokens.issue({ ...session, id: session.id.replace(/.{6}$/, 'AAAAAA') });
    const code = async (text: string): Promise<unknown> =>
      tokens.verify(text, world.sessions).then(
        () => 'good',
        (error: { code: string }) => error.code,
      );
    await world.sessions.renew(session.id);
    await world.sessions.revoke(session.id, 'revoked');
    expect(await code(token)).toBe('token_superseded');
    expect(await code(early)).toBe('token_superseded');
    expect(await code(gone)).toBe('session_not_found');
    world.clock.at += 999;
    expect(await code(early)).toBe('token_superseded');
    world.clock.at += 1;
    expect(await code(early)).toBe('token_expired');
    const [header, payload] = early.split('.');
    expect(await code(`${header}.${payload}.${'A'.repeat(43)}`)).toBe('invalid_token');
  });

  test('is no good for another issuer or audience', async () => {
    const ours = { secret, clock: world.clock, issuer: 'https://a', audience: 'shop' };
    const token = await createSessionTokens(ours).issue(issued.session, { encrypt: true });
    const plain = await createSessionTokens(ours).issue(issued.session);
    expect(decodeJwt(token)).toMatchObject({ iss: 'https://a', aud: 'shop' });
    await createSessionTokens(ours).verify(token, world.sessions);
    for (const theirs of [{ issuer: 'https://b' }, { audience: 'bank' }])
      for (const text of [token, plain])
        await expect(createSessionTokens({ ...ours, ...theirs }).verify(text, world.sessions)).rejects.toMatchObject({
          code: 'invalid_token',
        });
  });

  test('is good after its secret was replaced, as long as the old one is known', async () => {
    const { clock } = world;
    const token = await tokens.issue(issued.session, { encrypt: true });
    const next = new Uint8Array(32).fill(7);
    const both = createSessionTokens({ secret: [next, secret], clock });
    expect((await both.verify(token, world.sessions)).data).toEqual(data);
    const newer = await both.issue(issued.session, { encrypt: true });
    const only = createSessionTokens({ secret: next, clock });
    expect((await only.verify(newer, world.sessions)).data).toEqual(data);
    await expect(only.verify(token, world.sessions)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  test.each(['ES256', 'EdDSA'] as const)(
    'S59: can be signed with %s, whose public half is published',
    async (algorithm) => {
      const signed = createSessionTokens({ secret, keys: { algorithm }, clock: world.clock });
      const token = await signed.issue(issued.session, { encrypt: true });
      const { kid, ...header } = decodeProtectedHeader(token);
      expect(header).toEqual({ alg: algorithm, typ: 'JWT' });
      const { keys } = await signed.keySet();
      expect(keys).toEqual([expect.objectContaining({ kid, alg: algorithm, use: 'sig' })]);
      expect(keys[0]).not.toHaveProperty('d');
      expect((await signed.verify(token, world.sessions)).data).toEqual(data);
      expect((await tokens.keySet()).keys).toEqual([]);
    },
  );

  test('cannot be made without a secret, or with a short one', async () => {
    const invalid = expect.objectContaining({ code: 'invalid_argument' }) as unknown;
    expect(() => createSessionTokens({})).toThrow(invalid);
    expect(() => createSessionTokens({ secret: [] })).toThrow(invalid);
    expect(() => createSessionTokens({ secret: 'x'.repeat(31) })).toThrow(invalid);
    expect(() => createSessionTokens({ secret: [secret, new Uint8Array(31)] })).toThrow(invalid);
    const keysOnly = createSessionTokens({ keys: { algorithm: 'ES256' } });
    await expect(keysOnly.issue(issued.session, { encrypt: true })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  test('is not refused while the keys cannot be read', async () => {
    const token = await createSessionTokens({ keys: { algorithm: 'ES256' }, clock: world.clock }).issue(issued.session);
    const keyStore = { list: () => Promise.reject(new Error('away')), add: async () => {}, remove: async () => {} };
    const away = createSessionTokens({ keys: { algorithm: 'ES256', keyStore }, clock: world.clock });
    await expect(away.verify(token, world.sessions)).rejects.toMatchObject({
      code: 'store_unavailable',
      retryable: true,
    });
  });
});

describe('the data in a session token', () => {
  let world: World;
  let tokens: SessionTokens;

  beforeEach(() => {
    world = createWorld(createMemoryStore());
    tokens = createSessionTokens({ secret, clock: world.clock });
  });

  async function tokenWith(content: object): Promise<string> {
    const { session } = await world.sessions.create({ userId: 'ada', data: content as never });
    return tokens.issue(session, { encrypt: true });
  }

  test('S51: comes back exactly as it was, also when the session has other data now', async () => {
    const token = await tokenWith(data);
    await world.sessions.data.clear(decodeJwt(token)['sid'] as string);
    const verified = await tokens.verify(token, world.sessions);
    expect(verified.data).toEqual(data);
    expect(JSON.stringify(verified.data)).toBe(JSON.stringify(data));
    expect(verified.session.data).toEqual({});
    expect((await tokens.verify(await tokenWith({}), world.sessions)).data).toEqual({});
  });

  test('S51: cannot be read off the token', async () => {
    const { cart: _cart, ...rest } = data;
    const token = await tokenWith({ ...rest, hidden: 'plain words', password: 'hunter2' });
    const edata = decodeJwt(token)['edata'] as string;
    const decoded = [...token.split('.'), ...edata.split('.')].map((part) => Buffer.from(part, 'base64url').toString());
    for (const word of ['hidden', 'plain words', 'hunter2', 'значение']) expect(decoded.join('\n')).not.toContain(word);
    expect(decodeProtectedHeader(edata)).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      kid: decodeProtectedHeader(token).kid,
      typ: 'sd+jwe',
    });
  });

  test('S51: is encrypted anew each time', async () => {
    const [one, other] = await Promise.all([tokenWith(data), tokenWith(data)]);
    expect(decodeJwt(one)['edata']).not.toBe(decodeJwt(other)['edata']);
  });

  test('S51: is at most 3 KiB', async () => {
    expect(decodeJwt(await tokenWith({ text: 'x'.repeat(1900) }))['edata']).toSatisfy(
      (text: string) => text.length > 2500 && text.length <= 3072,
    );
    await expect(tokenWith({ text: 'x'.repeat(2300) })).rejects.toMatchObject({
      code: 'payload_too_large',
      status: 413,
      message: expect.stringContaining('3072') as unknown,
    });
  });

  test('S51: stays out of the token unless it is asked for', async () => {
    const { session } = await world.sessions.create({ userId: 'ada', data });
    expect(decodeJwt(await tokens.issue(session))).not.toHaveProperty('edata');
  });
});
