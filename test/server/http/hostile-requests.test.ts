import { describe, expect, it } from 'vitest';
import { baseUrl, bodyOf, origin, serverUnderTest } from './server-under-test.ts';

const code = async (answer: Response): Promise<[number, unknown]> => [answer.status, (await bodyOf(answer))['code']];

/** Credentials of so many levels; the sign-in itself is one more. */
const nested = (levels: number): string =>
  `{"credentials":{"username":"ada","password":"right","a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}}`;

describe('a hostile body', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['half of JSON', '{"credentials":'],
    ['text after JSON', '{} x'],
    ['no JSON', 'undefined'],
    ['zero bytes', '\0\0\0'],
    ['deep nesting', nested(15_000)],
    ['deep nesting that does not end', '['.repeat(15_000)],
  ])('of %s is 400', async (_name, body) => {
    const { call } = await serverUnderTest();
    const answer = await call('POST', '/sessions', { body, headers: { 'content-type': 'application/json' } });
    expect(await code(answer)).toEqual([400, 'invalid_argument']);
  });

  it('that is nested deeply reaches no app, which may copy it or pass it on', async () => {
    let asked = 0;
    const { call, signIn } = await serverUnderTest({
      authenticate: (credentials) => (asked++, structuredClone(credentials), { id: 'user_ada' }),
    });
    const { access_token: accessToken } = await signIn();
    const headers = { 'content-type': 'application/json' };
    for (const [path, status] of [
      ['/sessions', 201],
      ['/session/reauthenticate', 200],
    ] as const) {
      const send = (levels: number): Promise<Response> =>
        call('POST', path, { body: nested(levels), headers, accessToken });
      asked = 0;
      const refused = await send(101);
      expect([refused.status, (await bodyOf(refused))['detail'], asked]).toEqual([
        400,
        'The credentials are nested too deeply: at most 100 levels are taken.',
        0,
      ]);
      expect([(await send(100)).status, asked]).toEqual([status, 1]);
    }
  });

  it('cannot reach a prototype', async () => {
    let seen: object = {};
    const { call, signIn } = await serverUnderTest({
      authenticate: (credentials) => ((seen = credentials), { id: 'user_x' }),
    });
    const body = '{"credentials":{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}}';
    expect((await call('POST', '/sessions', { body, headers: { 'content-type': 'application/json' } })).status).toBe(
      201,
    );
    expect(Object.getPrototypeOf(seen)).toBe(Object.prototype);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();

    const { access_token: accessToken } = await signIn();
    const data = {
      body: '{"__proto__":{"admin":true},"a":1}',
      headers: { 'content-type': 'application/json' },
      accessToken,
    };
    await call('PATCH', '/session/data', data);
    const read = await bodyOf(await call('GET', '/session', { accessToken }));
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect((read as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each<[string, string, string, number]>([
    ['POST', '/sessions', 'application/json', 33_000],
    ['POST', '/token', 'application/x-www-form-urlencoded', 9000],
    ['POST', '/revoke', 'application/x-www-form-urlencoded', 9000],
    ['PUT', '/session/data', 'application/json', 140_000],
  ])('to %s %s that is too large is 413, announced or not', async (method, path, type, size) => {
    const { call, server } = await serverUnderTest();
    const body = 'x'.repeat(size);
    const headers = { 'content-type': type };
    expect(await code(await call(method, path, { body, headers }))).toEqual([413, 'payload_too_large']);
    const announced = { ...headers, 'content-length': String(size) };
    expect(await code(await call(method, path, { body, headers: announced }))).toEqual([413, 'payload_too_large']);

    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(4096)) });
    const request = new Request(baseUrl + path, {
      method,
      headers: { ...headers, origin },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect((await server.fetch(request)).status).toBe(413);
  });
});

describe('a request for nothing', () => {
  it('is 404, a wrong method 405 with Allow, a problem each', async () => {
    const { call } = await serverUnderTest();
    const none = await call('GET', '/nothing');
    expect(none.headers.get('content-type')).toBe('application/problem+json');
    expect(await code(none)).toEqual([404, 'not_found']);
    const wrong = await call('PUT', '/session');
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect(await code(wrong)).toEqual([405, 'not_supported']);
    expect(await code(await call('GET', '/../../etc/passwd'))).toEqual([404, 'not_found']);
  });

  it('is answered without a body to HEAD', async () => {
    const { call } = await serverUnderTest();
    const answer = await call('HEAD', '/time');
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('what is never shown', () => {
  it('is a secret, in any error', async () => {
    const { call, signIn, refresh, errors, clock } = await serverUnderTest();
    const { refresh_token, access_token, revocation_token } = await signIn();
    const secrets = [refresh_token!, access_token, revocation_token, 'hunter2'];
    const answers = [
      await call('POST', '/sessions', { json: { credentials: { username: 'ada', password: 'hunter2' } } }),
      await call('POST', '/sessions', { json: { credentials: { password: 'hunter2' }, remember: 'hunter2' } }),
      await refresh(refresh_token!, 'short'),
      await refresh(`${refresh_token!}x`),
      await call('POST', '/revoke', { form: { token: `${revocation_token}x` } }),
      await call('GET', '/session', { accessToken: `${access_token}x` }),
    ];
    clock.advance(3_600_000);
    answers.push(await call('GET', '/session', { accessToken: access_token }), await refresh(refresh_token!));
    for (const answer of answers) {
      const shown = (await answer.text()) + JSON.stringify([...answer.headers]);
      for (const secret of secrets) expect(shown).not.toContain(secret);
    }
    expect(errors).toEqual([]);
  });
});
