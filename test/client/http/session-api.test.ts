import { http, HttpResponse } from 'msw/http';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSessionApi, type SessionApi } from '../../../src/client/http/session-api.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { baseUrl } from '../../server/http/server-under-test.ts';
import { signedIn, type SignedIn } from './signed-in.ts';

const network = setupServer();
let client: SignedIn;
let api: SessionApi;

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterAll(() => network.close());
afterEach(() => {
  network.resetHandlers();
  vi.unstubAllGlobals();
});
beforeEach(async () => {
  client = await signedIn(network);
  api = createSessionApi(client.fetch, baseUrl);
});

describe('with a bound token at the real server', () => {
  test('lists the devices and ends one', async () => {
    const other = await client.world.signIn();
    const devices = await api.devices.list();
    expect(new Map(devices.map(({ id, current }) => [id, current]))).toEqual(
      new Map([
        [client.grant().sessionId, true],
        [other.session_id, false],
      ]),
    );
    await api.devices.revoke(other.session_id);
    expect(await api.devices.list()).toHaveLength(1);
    await expect(api.devices.revoke('session_nobody')).rejects.toMatchObject({
      code: 'session_not_found',
      status: 404,
    });
  });

  test('reads all pages', async () => {
    const view = (await api.devices.list())[0];
    const pages = [
      { sessions: [view], cursor: 'a&b=c' },
      { sessions: [view, view], cursor: null },
    ];
    const asked: string[] = [];
    network.use(
      http.get(
        `${baseUrl}/sessions`,
        ({ request }) => (asked.push(new URL(request.url).search), HttpResponse.json(pages[asked.length - 1] as never)),
      ),
    );
    expect(await api.devices.list()).toHaveLength(3);
    expect(asked).toEqual(['', '?cursor=a%26b%3Dc']);
  });

  test('proves again who the person is, and then renews past the generation of that moment', async () => {
    const past: number[] = [];
    const proving = createSessionApi(client.fetch, baseUrl, async (generation) => void past.push(generation));
    await proving.reauthenticate({ username: 'ada', password: 'right' });
    expect(past).toEqual([client.grant().generation]);
    const wrong = proving.reauthenticate({ username: 'ada', password: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_credentials', status: 401 });
    await expect(proving.reauthenticate({ self: 1n })).rejects.toMatchObject({ code: 'data_not_serializable' });
    expect(past).toHaveLength(1);
  });

  test('keeps data', async () => {
    await api.data.set('theme/ü?', { dark: true });
    await api.data.merge({ a: 1, b: [null] });
    expect(await api.data.get()).toEqual({ 'theme/ü?': { dark: true }, a: 1, b: [null] });
    await api.data.remove('theme/ü?');
    expect(await api.data.get()).toEqual({ a: 1, b: [null] });
    await api.data.clear();
    expect(await api.data.get()).toEqual({});
  });

  test('says when the server keeps pages from the data, and the person stays signed in', async () => {
    client = await signedIn(network, { pageData: 'none' });
    api = createSessionApi(client.fetch, baseUrl);
    const { data } = api;
    for (const call of [
      data.get,
      () => data.set('a', 1),
      () => data.merge({ a: 1 }),
      () => data.remove('a'),
      data.clear,
    ])
      await expect(call()).rejects.toMatchObject({ code: 'forbidden', status: 403, retryable: false });
    await api.touch();
    expect(client.refreshes).toBe(0);
  });

  test('reports activity', async () => {
    client.world.clock.advance(10_000);
    await api.touch();
    expect((await client.world.sessions.get(client.grant().sessionId))?.lastActivityAt).toBe(client.world.clock.now());
  });

  test('ends the others, and goes on with one refresh', async () => {
    await client.world.signIn();
    expect(await api.revokeOthers()).toMatchObject({
      session_id: client.grant().sessionId,
      access_token: expect.any(String),
    });
    expect(await api.devices.list()).toHaveLength(1);
    expect(client.refreshes).toBe(1);
  });

  test('ends all; the next call is told so', async () => {
    await api.revokeAll();
    await expect(api.devices.list()).rejects.toMatchObject({ code: 'session_ended', reason: 'revoked_all' });
  });
});

describe('errors', () => {
  test.each(['', '.', '..'])('a key that is %j would name something else, and is not sent', async (key) => {
    client.requests.length = 0;
    for (const call of [api.data.set(key, 1), api.data.remove(key), api.devices.revoke(key)])
      await expect(call).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(client.requests).toEqual([]);
  });

  test('what is no JSON is not sent', async () => {
    const circle: unknown[] = [];
    circle.push(circle);
    for (const value of [undefined, 1n, circle, () => {}])
      await expect(api.data.set('a', value)).rejects.toMatchObject({ code: 'data_not_serializable' });
    expect(client.requests).toEqual([]);
  });

  test.each<[string, () => Response, Partial<SessionError>]>([
    [
      'a problem of ours',
      () => HttpResponse.json({ code: 'data_invalid' }, { status: 422 }),
      { code: 'data_invalid', status: 422 },
    ],
    [
      'an end, with its reason',
      () => HttpResponse.json({ code: 'session_ended', reason: 'idle' }, { status: 404 }),
      { code: 'session_ended', reason: 'idle' },
    ],
    [
      'too large',
      () => HttpResponse.json({ code: 'payload_too_large' }, { status: 413 }),
      { code: 'payload_too_large' },
    ],
    [
      'words of a stranger',
      () => HttpResponse.json({ code: 'identity_changed' }, { status: 400 }),
      { code: 'unexpected_answer' },
    ],
    ['a page', () => HttpResponse.html('<p>', { status: 404 }), { code: 'unexpected_answer' }],
    ['an outage', () => HttpResponse.html('<p>', { status: 502 }), { code: 'server_error', retryable: true }],
    [
      'a limit',
      () => new HttpResponse(null, { status: 429, headers: { 'Retry-After': '7' } }),
      { code: 'rate_limited', retryAfterMs: 7000 },
    ],
    ['no network', () => HttpResponse.error(), { code: 'network_error', retryable: true }],
    ['a captive portal', () => HttpResponse.html('<p>'), { code: 'unexpected_answer' }],
  ])('are typed: %s', async (_, answer, error) => {
    network.use(http.get(`${baseUrl}/session/data`, answer));
    const failed = api.data.get();
    await expect(failed).rejects.toBeInstanceOf(SessionError);
    await expect(failed).rejects.toMatchObject(error);
  });

  const doing: Record<string, () => Promise<unknown>> = {
    'data.set': () => api.data.set('draft', 'my text'),
    'data.merge': () => api.data.merge({ a: 1 }),
    'data.remove': () => api.data.remove('a'),
    'data.clear': () => api.data.clear(),
    'devices.revoke': () => api.devices.revoke('session_other'),
    touch: () => api.touch(),
    revokeOthers: () => api.revokeOthers(),
    revokeAll: () => api.revokeAll(),
  };
  test.each(
    Object.keys(doing).flatMap((name) => [
      [name, 'a page', () => HttpResponse.html('<p>Please accept the terms</p>')] as const,
      [name, 'a text', () => HttpResponse.text('true')] as const,
      [name, 'nothing', () => new HttpResponse(null, { status: 200 })] as const,
    ]),
  )('%s has not happened when the answer is a 200 with %s', async (name, _, answer) => {
    network.use(http.all(`${baseUrl}/*`, answer));
    await expect(doing[name]!()).rejects.toMatchObject({ code: 'unexpected_answer', retryable: true });
  });

  test('offline is named where the browser knows', async () => {
    vi.stubGlobal('navigator', { onLine: false });
    network.use(http.get(`${baseUrl}/session/data`, () => HttpResponse.error()));
    await expect(api.data.get()).rejects.toMatchObject({ code: 'offline' });
  });

  test('of the manager pass through', async () => {
    const ended = new SessionError('session_ended', 'Over.');
    await expect(createSessionApi(() => Promise.reject(ended), baseUrl).touch()).rejects.toBe(ended);
  });

  test('without a server of ours nothing is offered', async () => {
    const none = createSessionApi(client.fetch, null);
    for (const call of [none.devices.list(), none.data.get(), none.touch(), none.revokeAll(), none.revokeOthers()])
      await expect(call).rejects.toMatchObject({ code: 'not_supported' });
  });
});

describe('the authorized fetch at the real server', () => {
  test('proves every request, and survives a clock that is wrong by the nonce', async () => {
    client = await signedIn(network, { dpop: { demandNonce: true } });
    const answer = await client.fetch('/session');
    expect(answer.status).toBe(200);
    expect(client.requests).toEqual(['GET /session', 'GET /session']);
    await client.fetch('/session');
    expect(client.requests).toHaveLength(3);
    expect(client.refreshes).toBe(0);
  });

  test('renews an expired token once', async () => {
    client.world.clock.advance(301_000);
    const answers = await Promise.all([client.fetch('/session'), client.fetch('/session/data')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(client.requests.filter((line) => line === 'POST /token').length).toBeGreaterThan(0);
  });

  test('K9: claims that are out of date are renewed quietly', async () => {
    await client.world.sessions.revokeOthers('user_ada', client.grant().sessionId);
    expect((await client.fetch('/session')).status).toBe(200);
    expect(client.refreshes).toBe(1);
  });

  test('M5: a revoked session ends with the refresh, not with a loop', async () => {
    await client.world.sessions.revoke(client.grant().sessionId, 'revoked');
    await expect(client.fetch('/session')).rejects.toMatchObject({ code: 'session_ended', reason: 'revoked' });
    expect(client.requests).toEqual(['GET /session', 'POST /token']);
  });
});
