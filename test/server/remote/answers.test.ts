import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SessionError } from 'sojourn/protocol';
import type { Sessions } from 'sojourn/server';
import { connectSessions, type ConnectOptions } from 'sojourn/server/remote';
import { apiKey } from './remote-world.ts';

type Answering = (request: Request) => Response | Promise<Response>;

let asked: Request[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** A client of a server that gives these answers, one after the other, and the last one for ever. */
function client(answers: Answering[], options: Partial<ConnectOptions> = {}): Sessions {
  let next = 0;
  return connectSessions({
    url: 'https://auth.example.com/auth/',
    apiKey,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push(request);
      const answer = answers[Math.min(next++, answers.length - 1)]!;
      return answer(request);
    },
    ...options,
  });
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const refusal =
  (status: number, code: string, headers: Record<string, string> = {}): Answering =>
  () =>
    json({ code, status, detail: 'The server says why.' }, status, headers);
const lost: Answering = () => {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
};
const good: Answering = () => json({ valid: true });

/** What a call comes to, whatever time it takes. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  const settled = call.then(
    (value) => value,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  return settled;
}

describe('a request', () => {
  test('goes where the server is, with the key, and follows no redirect', async () => {
    expect(await outcome(client([good]).isValid('a/b'))).toBe(true);
    const [request] = asked;
    expect([request?.method, request?.url]).toEqual([
      'GET',
      'https://auth.example.com/auth/admin/sessions/a%2Fb/valid',
    ]);
    expect(request?.headers.get('authorization')).toBe(`Bearer ${apiKey}`);
    expect(request?.redirect).toBe('manual');
  });

  test.each([
    ['a url that is none', { url: 'auth.example.com' }],
    ['another protocol', { url: 'ftp://auth.example.com' }],
    ['a password in the url', { url: 'https://ada:secret@auth.example.com' }],
    ['an empty key', { apiKey: '' }],
    ['a key with a line end', { apiKey: `${apiKey}\r\nX: 1` }],
  ])('is not made with %s', (_what, options) => {
    expect(() => client([good], options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});

describe('an input that cannot be used', () => {
  test.each([
    ['no user', (sessions: Sessions) => sessions.revokeAll(undefined as unknown as string)],
    ['another kind', (sessions: Sessions) => sessions.revokeAll({} as unknown as string)],
    ['no number', (sessions: Sessions) => sessions.list('ada', { limit: Number.NaN })],
    ['a big number', (sessions: Sessions) => sessions.list('ada', { limit: 10n as unknown as number })],
    ['a date', (sessions: Sessions) => sessions.touch('session_1', new Date(0) as unknown as string)],
  ])('is refused as the engine does, before anything is sent: %s', async (_what, call) => {
    const refused = { code: 'invalid_argument', status: 400, retryable: false };
    expect(await outcome(call(client([good])))).toMatchObject(refused);
    expect(asked).toEqual([]);
  });
});

describe('a failure', () => {
  test.each([
    ['no connection', lost, { code: 'network_error', retryable: true }],
    ['a refused key', refusal(401, 'unauthenticated'), { code: 'unauthenticated', status: 401, retryable: false }],
    ['a server without these routes', refusal(404, 'not_found'), { code: 'not_found', status: 404 }],
    ['the page of a proxy', () => new Response('<h1>Bad Gateway</h1>', { status: 502 }), { code: 'unexpected_answer' }],
    ['the page of a portal', () => new Response('<h1>Welcome</h1>'), { code: 'unexpected_answer', retryable: false }],
    ['a redirect', () => Response.redirect('https://evil.example/'), { code: 'unexpected_answer', status: 302 }],
    ['an answer of another shape', () => json({ valid: 'yes' }), { code: 'unexpected_answer', status: 200 }],
    ['a code of a later version', refusal(418, 'teapot'), { code: 'unexpected_answer', status: 418 }],
    [
      'an end',
      () => json({ code: 'session_ended', reason: 'idle', detail: 'Over.', status: 401 }, 401),
      { code: 'session_ended', reason: 'idle', message: 'Over.', status: 401 },
    ],
    ['a long wait', refusal(503, 'store_unavailable', { 'retry-after': '3600' }), { retryAfterMs: 3_600_000 }],
  ])('is a typed error: %s', async (_what, answer: Answering, expected) => {
    const sessions = client([answer]);
    expect(await outcome(sessions.isValid('session_1'))).toMatchObject({ name: 'SessionError', ...expected });
    expect(await outcome(sessions.users.get('shop', 'ada'))).toMatchObject({ name: 'SessionError' });
  });

  test('to answer in time is an error, too', async () => {
    const silent: Answering = (request) =>
      new Promise((_resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error));
      });
    const sessions = client([silent], { timeoutMs: 2000, retry: 0 });
    const started = Date.now();
    expect(await outcome(sessions.get('session_1'))).toMatchObject({ code: 'timeout', retryable: true });
    expect(Date.now() - started).toBe(2000);
  });

  test('shows neither the key nor a token, however it is printed', async () => {
    const secrets = [apiKey, 'refresh-token-of-ada', 'cart of ada'];
    const answers = [lost, refusal(500, 'server_error'), refusal(503, 'x'), () => new Response('?')];
    for (const answer of answers) {
      const sessions = client([answer], { retry: 0 });
      const request = { refreshToken: secrets[1]!, attemptKey: null, keyThumbprint: null };
      for (const call of [() => sessions.refresh(request), () => sessions.data.set('session_1', 'cart', secrets[2])]) {
        const error = (await outcome(call())) as SessionError;
        expect(error.name).toBe('SessionError');
        const printed = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String(error.cause);
        for (const secret of secrets) expect(printed).not.toContain(secret);
      }
    }
  });
});

describe('a call that got no answer', () => {
  test.each([
    ['no connection', lost],
    ['502', () => new Response('', { status: 502 })],
    ['503', refusal(503, 'store_unavailable', { 'retry-after': '1' })],
    ['429', refusal(429, 'rate_limited', { 'retry-after': '1' })],
  ])('is repeated where that does no harm: %s', async (_what, answer: Answering) => {
    expect(await outcome(client([answer, answer, good]).isValid('session_1'))).toBe(true);
    expect(asked).toHaveLength(3);
  });

  test.each([
    ['no connection', lost, 'network_error'],
    ['503', refusal(503, 'store_unavailable', { 'retry-after': '1' }), 'store_unavailable'],
  ])('is not repeated where it may have been done: %s', async (_what, answer: Answering, code) => {
    const sessions = client([answer]);
    const calls = [
      () => sessions.create({ userId: 'ada' }),
      () => sessions.extend('session_1', '1h'),
      () => sessions.renew('session_1'),
      () => sessions.refresh({ refreshToken: 'a', attemptKey: null, keyThumbprint: null }),
      () => sessions.data.update('session_1', {}, { ifVersion: 1 }),
      () => sessions.remember.redeem('a'),
    ];
    for (const call of calls) expect(await outcome(call())).toMatchObject({ code });
    expect(asked).toHaveLength(calls.length);
  });

  test('is repeated after a 429 in any case: nothing was done', async () => {
    const busy = refusal(429, 'rate_limited', { 'retry-after': '2' });
    const started = Date.now();
    expect(await outcome(client([busy, refusal(409, 'session_exists')]).create({ userId: 'ada' }))).toMatchObject({
      code: 'session_exists',
    });
    expect([asked.length, Date.now() - started]).toEqual([2, 2000]);
  });

  test('is repeated so often, and no more', async () => {
    for (const [retry, attempts] of [
      [0, 1],
      [3, 4],
    ] as const) {
      asked = [];
      expect(await outcome(client([lost], { retry }).isValid('session_1'))).toMatchObject({ code: 'network_error' });
      expect(asked).toHaveLength(attempts);
    }
  });

  test('does not wait for longer than its caller would', async () => {
    const away = refusal(503, 'store_unavailable', { 'retry-after': '11' });
    const started = Date.now();
    expect(await outcome(client([away]).isValid('session_1'))).toMatchObject({ retryAfterMs: 11_000 });
    expect([asked.length, Date.now() - started]).toEqual([1, 0]);
  });
});
