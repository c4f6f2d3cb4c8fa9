import ky, { HTTPError, NetworkError, TimeoutError } from 'ky';
import { http, HttpResponse } from 'msw/http';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createFetch } from '../../../src/client/http/fetch.ts';
import { kyExtension, sessionKy, type SessionFetch } from '../../../src/client/http/ky.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { fakePlatform } from '../../../src/testing/fake-platform.ts';
import { baseUrl } from '../../server/http/server-under-test.ts';
import { fakeAuthorizer, type FakeAuthorizer } from './fake-authorizer.ts';
import { signedIn } from './signed-in.ts';

const network = setupServer();
beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterAll(() => network.close());
afterEach(() => network.resetHandlers());

interface Setup {
  authorizer: FakeAuthorizer;
  manager: SessionFetch & { user: string };
  calls: string[];
  bodies: string[];
}

function setUp(answer: (token: string | null, count: number) => Response | Promise<Response>): Setup {
  const calls: string[] = [];
  const bodies: string[] = [];
  network.use(
    http.all(`${baseUrl}/*`, async ({ request }) => {
      const token = request.headers.get('authorization');
      calls.push(`${request.method} ${token}`);
      bodies.push(await request.text());
      return answer(token, calls.length);
    }),
  );
  const { keys, clock } = fakePlatform();
  const authorizer = fakeAuthorizer();
  const { fetch } = createFetch({ authorizer, keys, clock, origins: [baseUrl], baseUrl });
  const manager = {
    fetch: (input: string | URL | Request, init?: RequestInit) => fetch(input, init),
    user: 'ada',
    getState: () => ({ status: 'authenticated', user: { id: manager.user } }),
  };
  return { authorizer, manager, calls, bodies };
}
const expired = (token: string | null): Response =>
  HttpResponse.json({ token }, { status: token === 'Bearer token-1' ? 401 : 200 });
const quick = { retry: { delay: () => 1 } };

describe('a ky on the manager', () => {
  test('talks to the real server', async () => {
    const client = await signedIn(network);
    const api = sessionKy({ ...client, getState: () => ({ status: 'authenticated' }) }, { baseUrl: `${baseUrl}/` });
    expect(await api.get('session').json()).toMatchObject({ session: { user_id: 'user_ada' } });
    client.world.clock.advance(301_000);
    expect(await api.patch('session/data', { json: { a: 1 } }).json()).toMatchObject({ data: { a: 1 } });
    expect(client.refreshes).toBe(1);
  });

  test('renews once after a 401 and sends the same body again, also for methods that ky never retries', async () => {
    const { manager, calls, bodies } = setUp(expired);
    const answer = await sessionKy(manager)
      .post(`${baseUrl}/todos`, { json: { text: 'ü' } })
      .json();
    expect(answer).toEqual({ token: 'Bearer token-2' });
    expect(calls).toEqual(['POST Bearer token-1', 'POST Bearer token-2']);
    expect(bodies).toEqual(['{"text":"ü"}', '{"text":"ü"}']);
  });

  test.each([
    ['by default', {}],
    ['although the app lists 401', { retry: { statusCodes: [401, 500], delay: () => 1 } }],
    ['although the app asks for many retries', { retry: 5 }],
  ])('A3: retries of ky and ours do not multiply, %s', async (_, options) => {
    const { manager, calls, authorizer } = setUp(() => HttpResponse.json({ code: 'invalid_token' }, { status: 401 }));
    const failed = await sessionKy(manager, options)
      .get(`${baseUrl}/todos`)
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(HTTPError);
    expect((failed as HTTPError<unknown>).data).toEqual({ code: 'invalid_token' });
    expect([calls.length, authorizer.refreshes]).toEqual([2, 1]);
  });

  test('keeps ky’s own retries', async () => {
    const { manager, calls } = setUp((_, count) => new HttpResponse(null, { status: count < 3 ? 503 : 204 }));
    expect((await sessionKy(manager, quick).get(`${baseUrl}/todos`)).status).toBe(204);
    expect(calls).toHaveLength(3);
  });

  test('a retry is not made for another person who signed in meanwhile', async () => {
    const { manager, calls } = setUp(() => new HttpResponse(null, { status: 503 }));
    const delay = (): number => ((manager.user = 'bob'), 1);
    await expect(sessionKy(manager, { retry: { delay } }).get(`${baseUrl}/todos`)).rejects.toMatchObject({
      code: 'identity_changed',
    });
    expect(calls).toHaveLength(1);
  });

  test('errors of ky stay errors of ky', async () => {
    const { manager } = setUp(() => HttpResponse.error());
    await expect(sessionKy(manager, { retry: 0 }).get(`${baseUrl}/todos`)).rejects.toBeInstanceOf(NetworkError);
    network.use(http.get(`${baseUrl}/*`, () => new Promise(() => {})));
    await expect(sessionKy(manager, { retry: 0, timeout: 20 }).get(`${baseUrl}/todos`)).rejects.toBeInstanceOf(
      TimeoutError,
    );
  });

  test('the timeout bounds the wait for a refresh, and nothing is sent after it', async () => {
    const { manager, authorizer, calls } = setUp(expired);
    let open = (): void => {};
    authorizer.gate = new Promise((done) => (open = done));
    await expect(sessionKy(manager, { retry: 0, timeout: 50 }).get(`${baseUrl}/todos`)).rejects.toBeInstanceOf(
      TimeoutError,
    );
    open();
    await new Promise((done) => setTimeout(done, 20));
    expect(calls).toHaveLength(1);
  });

  test("the caller's signal passes through", async () => {
    const { manager } = setUp(() => new Promise(() => {}));
    const abort = new AbortController();
    const waiting = sessionKy(manager).get(`${baseUrl}/todos`, { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('SessionErrors surface, and are not retried', async () => {
    const { manager, authorizer, calls } = setUp(expired);
    authorizer.failing = new SessionError('rate_limited', 'The refresh is cooling down.');
    await expect(sessionKy(manager, quick).get(`${baseUrl}/todos`)).rejects.toBe(authorizer.failing);
    expect(calls).toHaveLength(1);
  });

  test('M3: other origins get no token', async () => {
    const { manager } = setUp(expired);
    const seen: Array<string | null> = [];
    network.use(
      http.get(
        'https://evil.example/*',
        ({ request }) => (seen.push(request.headers.get('authorization')), new HttpResponse()),
      ),
    );
    await sessionKy(manager).get('https://evil.example/x');
    expect(seen).toEqual([null]);
  });

  test('extends a ky that the app has already', async () => {
    const { manager, calls } = setUp(expired);
    const own = ky.create({ baseUrl: `${baseUrl}/`, headers: { 'X-App': '1' } });
    expect(await own.extend(kyExtension(manager)).get('todos').json()).toEqual({ token: 'Bearer token-2' });
    expect(calls).toHaveLength(2);
  });
});
