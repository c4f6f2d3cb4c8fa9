import { describe, expect, it } from 'vitest';
import { isSessionError } from '../../../src/protocol/session-error.ts';
import { bodyOf, origin, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

const json = { credentials: { username: 'ada', password: 'right' } };

/** Every unsafe request of the API, in bearer mode. */
const unsafe: Array<[string, string]> = [
  ['POST', '/sessions'],
  ['POST', '/token'],
  ['POST', '/revoke'],
  ['POST', '/session/touch'],
  ['PUT', '/session/data'],
  ['PATCH', '/session/data'],
  ['DELETE', '/session/data'],
  ['PUT', '/session/data/key'],
  ['DELETE', '/session/data/key'],
  ['DELETE', '/sessions?scope=all'],
  ['DELETE', '/sessions/session_x'],
];

describe('unsafe requests in bearer mode', () => {
  it.each<[string, Record<string, string>, number]>([
    ['of the app pass', { origin }, 201],
    ['of the app on another site pass: no cookie speaks for it', { origin, 'sec-fetch-site': 'cross-site' }, 201],
    ['of no browser pass', { origin: '(none)' }, 201],
    ['of a foreign origin are refused', { origin: 'https://evil.example' }, 403],
    ['of a look-alike are refused', { origin: `${origin}.evil.example` }, 403],
    ['of the app over http are refused', { origin: origin.replace('https', 'http') }, 403],
    ['of the app on another port are refused', { origin: `${origin}:8443` }, 403],
    ['of a sandboxed frame are refused', { origin: 'null' }, 403],
    ['of a browser that names no origin are refused', { origin: '(none)', 'sec-fetch-site': 'cross-site' }, 403],
    ['typed by hand in a browser are refused', { origin: '(none)', 'sec-fetch-site': 'none' }, 403],
  ])('%s', async (_name, headers, status) => {
    const { call } = await serverUnderTest();
    const answer = await call('POST', '/sessions', { json, headers });
    expect(answer.status).toBe(status);
    expect((await bodyOf(answer))['code']).toBe(status === 403 ? 'not_allowed_origin' : undefined);
  });

  it("of a sandboxed frame pass where 'null' is listed, which a server with cookies refuses", async () => {
    const { call } = await serverUnderTest({ origins: [origin, 'null'] });
    const answer = await call('POST', '/sessions', { json, headers: { origin: 'null' } });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('access-control-allow-origin')).toBe('null');
    await expect(serverUnderTest({ origins: [origin, 'null'], cookie: true })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('sandboxed frame'),
    });
  });

  it.each(unsafe)('%s %s is refused to a foreign origin before anything is read', async (method, path) => {
    const { call } = await serverUnderTest();
    const answer = await call(method, path, { headers: { origin: 'https://evil.example' } });
    expect([answer.status, (await bodyOf(answer))['code']]).toEqual([403, 'not_allowed_origin']);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('need their own content type: what a form or a beacon can send is not JSON', async () => {
    const { call } = await serverUnderTest();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonp',
      '',
    ]) {
      const answer = await call('POST', '/sessions', { body: JSON.stringify(json), headers: { 'content-type': type } });
      expect([answer.status, (await bodyOf(answer))['code']]).toEqual([415, 'invalid_argument']);
    }
    for (const path of ['/token', '/revoke'])
      expect((await call('POST', path, { json: { token: 'x' } })).status).toBe(415);
    const charset = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await call('POST', '/sessions', { body: JSON.stringify(json), headers: charset })).status).toBe(201);
  });
});

describe('CORS', () => {
  const preflight = (on: ServerUnderTest, from: string): Promise<Response> =>
    on.call('OPTIONS', '/token', {
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'idempotency-key,dpop,authorization,content-type',
      },
    });

  it('lets listed origins send what the client sends', async () => {
    const answer = await preflight(await serverUnderTest(), origin);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST,PUT,PATCH,DELETE');
    const allowed = answer.headers.get('access-control-allow-headers')!.toLowerCase().split(',');
    expect(allowed).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'dpop', 'idempotency-key', 'last-event-id']),
    );
  });

  it('allows credentials in cookie mode', async () => {
    const answer = await preflight(await serverUnderTest({ cookie: true }), origin);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
  });

  it('lets nobody else', async () => {
    for (const from of ['https://evil.example', 'null', `${origin}.evil.example`, origin.toUpperCase()]) {
      const answer = await preflight(await serverUnderTest({ cookie: true }), from);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('shows Retry-After, DPoP-Nonce and Date, on every answer, errors too', async () => {
    const { call } = await serverUnderTest();
    for (const [method, path] of [
      ['GET', '/time'],
      ['GET', '/session'],
      ['GET', '/nothing'],
      ['PUT', '/time'],
      ['POST', '/sessions'],
    ]) {
      const answer = await call(method!, path!);
      expect(answer.headers.get('access-control-expose-headers')).toBe('Retry-After,DPoP-Nonce,Date');
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  });

  it('takes origins written out, and nothing else', async () => {
    for (const wrong of [
      '*',
      'https://*.example.com',
      'app.example.com',
      'https://app.example.com/',
      'https://app.example.com/x',
      '',
    ]) {
      const error = await serverUnderTest({ origins: [wrong] }).catch((caught: unknown) => caught);
      expect(isSessionError(error) && error.code).toBe('invalid_argument');
    }
  });
});
