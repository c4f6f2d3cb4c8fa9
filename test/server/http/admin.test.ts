import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  bodyOf,
  origin,
  serverUnderTest,
  startedAt,
  type CallInit,
  type ServerUnderTest,
} from './server-under-test.ts';

const key = 'Zm9vYmFyYmF6cXV4MTIzNDU2';
let on: ServerUnderTest;

beforeEach(async () => {
  on = await serverUnderTest({ adminKeys: [key] });
});

function admin(method: string, path: string, init: CallInit = {}): Promise<Response> {
  const headers = { origin: '(none)', authorization: `Bearer ${key}`, ...init.headers };
  return on.call(method, `/admin${path}`, { ...init, headers });
}

const problem = async (answer: Promise<Response>): Promise<unknown> => {
  const got = await answer;
  expect(got.headers.get('content-type')).toBe('application/problem+json');
  expect(got.headers.get('cache-control')).toBe('no-store');
  const { code, status } = await bodyOf(got);
  expect(status).toBe(got.status);
  return [got.status, code];
};

describe('an API key', () => {
  it('opens the admin routes, and without keys there are none', async () => {
    expect((await admin('GET', '/session-types')).status).toBe(200);
    on = await serverUnderTest();
    expect(await problem(admin('GET', '/session-types'))).toEqual([404, 'not_found']);
  });

  it.each([
    ['none', '(none)'],
    ['a wrong one', 'Bearer Zm9vYmFyYmF6cXV4MTIzNDU3'],
    ['the start of it', `Bearer ${key.slice(0, -1)}`],
    ['nothing', 'Bearer '],
    ['another scheme', `Basic ${key}`],
    ['its hash', `Bearer ${createHash('sha256').update(key).digest('hex')}`],
  ])('is demanded: %s is refused', async (_what, authorization) => {
    const answer = await admin('GET', '/session-types', { headers: { authorization } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="admin"');
    expect(await problem(Promise.resolve(answer))).toEqual([401, 'unauthenticated']);
    for (const path of ['/nowhere', '', '/'])
      expect(await problem(admin('POST', path, { headers: { authorization } }))).toEqual([401, 'unauthenticated']);
  });

  it('is not what a person has, and a person has no use for it (S94)', async () => {
    const { access_token } = await on.signIn();
    const headers = { authorization: `Bearer ${access_token}` };
    expect(await problem(admin('GET', '/users/user_ada/sessions', { headers }))).toEqual([401, 'unauthenticated']);
    expect(await problem(on.call('GET', '/session', { accessToken: key }))).toEqual([401, 'invalid_token']);
  });

  it('may be given as its hash, and there may be several', async () => {
    const digest = createHash('sha256').update(key).digest();
    for (const hash of [digest.toString('hex'), digest.toString('base64url')]) {
      on = await serverUnderTest({ adminKeys: ['another-key-of-enough-length-9Z', { name: 'shop', hash }] });
      expect((await admin('GET', '/session-types')).status).toBe(200);
      const other = { authorization: 'Bearer another-key-of-enough-length-9Z' };
      expect((await admin('GET', '/session-types', { headers: other })).status).toBe(200);
    }
  });

  it.each([
    ['a short one', 'abcDEF123'],
    ['31 hex digits', '0123456789abcdef0123456789abcde'],
    ['one letter, often', 'a'.repeat(64)],
    ['digits only', '12345678901234567890123456789012345678'],
    ['one with a space', `${key} ${key}`],
    ['a hash that is none', { name: 'shop', hash: 'abc' }],
  ])('that could be guessed stops the start: %s', async (_what, weak) => {
    await expect(serverUnderTest({ adminKeys: [weak] })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.not.stringContaining(typeof weak === 'string' ? weak : weak.hash),
    });
  });

  it('opens nothing to a page, not even of a listed origin', async () => {
    for (const headers of [{ origin }, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-origin' }]) {
      const answer = await admin('GET', '/session-types', { headers });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(await problem(Promise.resolve(answer))).toEqual([403, 'not_allowed_origin']);
    }
    const preflight = await admin('OPTIONS', '/session-types', {
      headers: { origin, 'access-control-request-method': 'GET', authorization: '(none)' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });
});

describe('an admin route', () => {
  it('answers with what back ends may see, which no cache keeps', async () => {
    const answer = await admin('POST', '/sessions', { json: { user_id: 'ada', id: 'order.1', idle_timeout: null } });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { session, refresh_token } = await bodyOf(answer);
    expect(refresh_token).toEqual(expect.any(String));
    expect(session).toMatchObject({
      alias: 'order.1',
      created_at: new Date(startedAt).toISOString(),
      idle_timeout: null,
      generation: 0,
      key_thumbprint: null,
    });
    expect(await bodyOf(await admin('GET', '/sessions/order.1'))).toEqual({ session });
  });

  it('tells what is null from what is not given', async () => {
    const { session } = await on.sessions.create({ userId: 'ada' });
    const path = `/sessions/${session.id}/data/a`;
    expect(await problem(admin('PUT', path, { json: {} }))).toEqual([400, 'invalid_argument']);
    expect((await admin('PUT', path, { json: { value: null } })).status).toBe(200);
    expect(await bodyOf(await admin('GET', path))).toMatchObject({ value: null });
    expect(await problem(admin('GET', `/sessions/${session.id}/data/b`))).toEqual([404, 'not_found']);
  });

  it('takes lengths of time as seconds and as texts', async () => {
    const { session } = await on.sessions.create({ userId: 'ada', window: '1h' });
    const end = async (by: unknown): Promise<unknown> =>
      bodyOf(await admin('POST', `/sessions/${session.id}/extend`, { json: { by } }));
    expect(await end(60)).toMatchObject({ session: { window_expires_at: '2026-01-05T13:01:00.000Z' } });
    expect(await end('1m')).toMatchObject({ session: { window_expires_at: '2026-01-05T13:02:00.000Z' } });
    const anew = await admin('POST', `/sessions/${session.id}/extend`);
    expect(await bodyOf(anew)).toMatchObject({ session: { window_expires_at: '2026-01-05T13:02:00.000Z' } });
  });

  it('reads numbers and yes or no from the query', async () => {
    for (let i = 0; i < 3; i++) await on.sessions.create({ userId: 'ada' });
    const page = await bodyOf(await admin('GET', '/users/ada/sessions?limit=2'));
    expect(page['sessions']).toHaveLength(2);
    const rest = await bodyOf(await admin('GET', `/users/ada/sessions?limit=2&cursor=${page['cursor'] as string}`));
    expect(rest).toMatchObject({ sessions: [{}], cursor: null });
    await on.sessions.types.define({ tag: 'shop' });
    await on.sessions.create({ userId: 'ada', type: 'shop' });
    expect(await problem(admin('DELETE', '/session-types/shop?force=false'))).toEqual([409, 'version_conflict']);
    expect(await bodyOf(await admin('DELETE', '/session-types/shop?force=true'))).toEqual({ removed: true });
    for (const query of ['limit=many', 'limit=2&limit=3', 'limit=', 'who=me', 'user_id=eve', '__proto__=1'])
      expect(await problem(admin('GET', `/users/ada/sessions?${query}`))).toEqual([400, 'invalid_argument']);
  });

  it.each([
    ['GET', '/sessions/nobody', undefined, 404, 'session_not_found'],
    ['GET', '/session-types/nobody', undefined, 404, 'session_type_not_found'],
    ['PATCH', '/session-types/nobody', {}, 404, 'session_type_not_found'],
    ['POST', '/session-types', { tag: 'shop', selector: 'userId' }, 400, 'invalid_selector'],
    ['POST', '/sessions', { user_id: 'ada', data: { a: 'x'.repeat(70_000) } }, 413, 'payload_too_large'],
    ['POST', '/sessions', { user_id: 'ada', data: { constructor: 1 } }, 422, 'data_invalid'],
    ['POST', '/sessions', { user_id: 'ada', window: '30' }, 400, 'invalid_duration'],
    ['POST', '/sessions', { user_id: 'ada', userId: 'eve' }, 400, 'invalid_argument'],
    ['POST', '/sessions', [], 400, 'invalid_argument'],
    ['POST', '/sessions', { user_id: 'ada', ends_at: 'tomorrow' }, 400, 'invalid_argument'],
    ['POST', '/remember-tokens/redeem', { token: 'nonsense' }, 401, 'invalid_token'],
    ['PUT', '/session-types', {}, 405, 'not_supported'],
    ['GET', '/nowhere', undefined, 404, 'not_found'],
    ['GET', '', undefined, 404, 'not_found'],
  ])('refuses %s %s with %j: %i %s', async (method, path, json, status, code) => {
    const init = json === undefined ? {} : { json };
    expect(await problem(admin(method, path, init))).toEqual([status, code]);
  });

  it('says that a session, an alias and a type are there already, and that a session is over', async () => {
    const { session } = await on.sessions.create({ userId: 'ada', id: 'mine', window: '1h' });
    expect(await problem(admin('POST', '/sessions', { json: { user_id: 'ada', id: 'mine' } }))).toEqual([
      409,
      'session_exists',
    ]);
    await on.sessions.types.define({ tag: 'shop' });
    expect(await problem(admin('POST', '/session-types', { json: { tag: 'shop' } }))).toEqual([
      409,
      'session_type_exists',
    ]);
    const stale = { json: { patch: {}, if_version: 9 } };
    expect(await problem(admin('PATCH', '/sessions/mine/data', stale))).toEqual([409, 'version_conflict']);
    await on.sessions.revoke(session.id, 'revoked');
    const over = await admin('POST', '/sessions/mine/renew');
    expect([over.status, await bodyOf(over)]).toMatchObject([401, { code: 'session_ended', reason: 'revoked' }]);
    expect(await bodyOf(await admin('GET', '/sessions/mine/record'))).toMatchObject({ session: { state: 'revoked' } });
  });

  it('takes JSON of at most one megabyte, and nothing else', async () => {
    const body = JSON.stringify({ user_id: 'ada', data: { a: 'x'.repeat(1024 * 1024) } });
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    expect(await problem(admin('POST', '/sessions', { body, headers }))).toEqual([413, 'payload_too_large']);
    expect(await problem(admin('POST', '/sessions', { form: { user_id: 'ada' } }))).toEqual([415, 'invalid_argument']);
    const broken = { body: '{', headers: { 'content-type': 'application/json' } };
    expect(await problem(admin('POST', '/sessions', broken))).toEqual([400, 'invalid_argument']);
  });

  it('leaves data with a prototype key to the engine, which refuses it', async () => {
    const { session } = await on.sessions.create({ userId: 'ada' });
    const init = { body: '{"patch":{"__proto__":{"a":1}}}', headers: { 'content-type': 'application/json' } };
    expect(await problem(admin('PATCH', `/sessions/${session.id}/data`, init))).toEqual([422, 'data_invalid']);
    const top = { body: '{"patch":{},"__proto__":{"a":1}}', headers: { 'content-type': 'application/json' } };
    expect(await problem(admin('PATCH', `/sessions/${session.id}/data`, top))).toEqual([400, 'invalid_argument']);
  });

  it('works under a base path, and leaves the other routes as they are', async () => {
    on = await serverUnderTest({ adminKeys: [key], basePath: '/auth' });
    const headers = { origin: '(none)', authorization: `Bearer ${key}` };
    expect((await on.call('GET', '/auth/admin/session-types', { headers })).status).toBe(200);
    expect((await on.call('GET', '/auth/time')).headers.get('access-control-allow-origin')).toBe(origin);
  });
});

describe('POST /admin/tokens/verify', () => {
  const verify = (token: string): Promise<Response> => admin('POST', '/tokens/verify', { json: { token } });

  it('tells whose access token it is, and what has become of the session (S8)', async () => {
    const { access_token, session_id } = await on.signIn();
    const answer = await verify(`Bearer ${access_token}`);
    expect(answer.status).toBe(200);
    expect(await bodyOf(answer)).toMatchObject({
      session: { id: session_id, user_id: 'user_ada', state: 'active' },
      claims: { sub: 'user_ada', sid: session_id },
    });
    await on.sessions.revoke(session_id, 'revoked');
    const over = await verify(access_token);
    expect([over.status, await bodyOf(over)]).toMatchObject([401, { code: 'session_ended', reason: 'revoked' }]);
  });

  it('refuses what is no access token, out of date or too old', async () => {
    expect(await problem(verify('nonsense'))).toEqual([401, 'invalid_token']);
    expect(await problem(verify(''))).toEqual([400, 'invalid_argument']);
    const { access_token, session_id } = await on.signIn();
    await on.sessions.revokeOthers('user_ada', session_id);
    expect(await problem(verify(access_token))).toEqual([401, 'claims_stale']);
    on.clock.advance(10 * 60_000);
    expect(await problem(verify(access_token))).toEqual([401, 'token_expired']);
  });
});
