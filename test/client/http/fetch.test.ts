import { describe, expect, test } from 'vitest';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { api, expired, ok, problem, tokens, world } from './api-under-test.ts';
import { fakeAuthorizer } from './fake-authorizer.ts';

describe('where the token goes', () => {
  test.each([
    ['users', `${api}/v1/users`, true],
    ['/users', `${api}/users`, true],
    ['./users?q=1', `${api}/v1/users?q=1`, true],
    [`${api}/users`, `${api}/users`, true],
    [new URL(`${api}/users`), `${api}/users`, true],
    [new Request(`${api}/users`), `${api}/users`, true],
    ['https://api.example.com:443/users', `${api}/users`, true],
    ['https://evil.example/users', 'https://evil.example/users', false],
    ['//evil.example/users', 'https://evil.example/users', false],
    ['\\\\evil.example\\users', 'https://evil.example/users', false],
    ['https:/\\evil.example/users', 'https://evil.example/users', false],
    ['http://api.example.com/users', 'http://api.example.com/users', false],
    ['https://api.example.com:8443/users', 'https://api.example.com:8443/users', false],
    ['https://api.example.com.evil.example/', 'https://api.example.com.evil.example/', false],
    ['https://app.example.com/', 'https://app.example.com/', false],
    [new Request('https://evil.example/'), 'https://evil.example/', false],
  ])('M3: %s goes to %s, with token: %s (S95)', async (input, url, withToken) => {
    const there = world(ok);
    await there.fetch(input);
    expect(there.sent.map((one) => [one.url, one.token])).toEqual([[url, withToken ? 'Bearer token-1' : null]]);
  });

  test('M3: a 401 of another origin is no reason to refresh, and its body is left alone', async () => {
    const there = world(() => problem(401, 'claims_stale'));
    const answer = await there.fetch('https://evil.example/', { method: 'POST', body: 'x' });
    expect(answer.status).toBe(401);
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([1, 0]);
  });

  test('a request with an Authorization of its own is sent as it is', async () => {
    const there = world(expired);
    await there.fetch('users', { headers: { Authorization: 'Basic abc' } });
    expect(tokens(there)).toEqual(['Basic abc']);
  });

  test('without an API base a relative URL is a TypeError, as it is to fetch', async () => {
    const there = world(ok, { baseUrl: null });
    await expect(there.fetch('users')).rejects.toThrow(TypeError);
  });

  test('nobody signed in: nothing is sent', async () => {
    const authorizer = fakeAuthorizer();
    authorizer.authorize = async () => {
      throw new SessionError('unauthenticated', 'Nobody is signed in.');
    };
    const there = world(ok, { authorizer });
    await expect(there.fetch('users')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(there.sent).toEqual([]);
  });
});

describe('a 401', () => {
  test('is followed by one refresh and one retry', async () => {
    const there = world(expired);
    expect((await there.fetch('users')).status).toBe(200);
    expect(tokens(there)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('A1: 20 requests at once share one refresh', async () => {
    const there = world(expired);
    await Promise.all(Array.from({ length: 20 }, () => there.fetch('users')));
    expect([there.authorizer.refreshes, there.sent.length]).toEqual([1, 40]);
  });

  test('A3: comes back to the caller when the new token is refused too, and is reported', async () => {
    const there = world(() => problem(401, 'invalid_token'));
    const answer = await there.fetch('users?secret=1');
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'invalid_token' });
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([2, 1]);
    expect(there.authorizer.rejected).toEqual([`${api}/v1/users`]);
  });

  test('A3: of a call soon after a refresh that did not help is the caller’s at once; later it is worth another refresh', async () => {
    let now = 0;
    const there = world(() => problem(401, 'invalid_token'), { clock: { now: () => now } });
    const call = async (): Promise<number> => (await there.fetch('users')).status;
    for (const at of [0, 1000, 29_999]) {
      now = at;
      expect(await call()).toBe(401);
    }
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([4, 1]);
    now = 30_000;
    expect(await call()).toBe(401);
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([6, 2]);
  });

  test('A3: for another reason, or from another origin, is a refresh even then', async () => {
    let code = 'invalid_token';
    const there = world(() => problem(401, code), { origins: [api, 'https://other.example.com'] });
    await there.fetch('users');
    code = 'claims_stale';
    await there.fetch('users');
    expect(there.authorizer.refreshes).toBe(2);
    await there.fetch('https://other.example.com/users');
    expect(there.authorizer.refreshes).toBe(3);
  });

  test('A4: all that wait for a refresh that fails settle, and none is sent again', async () => {
    const authorizer = fakeAuthorizer();
    authorizer.failing = new SessionError('server_error', 'The refresh failed.');
    const there = world(expired, { authorizer });
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => there.fetch('users')));
    expect(all.map((one) => (one.status === 'rejected' ? (one.reason as SessionError).code : 'sent'))).toEqual(
      Array(5).fill('server_error'),
    );
    expect(there.sent).toHaveLength(5);
  });

  test('K9: claims_stale is a quiet refresh', async () => {
    const there = world(({ token }) => (token === 'Bearer token-1' ? problem(401, 'claims_stale') : new Response()));
    expect((await there.fetch('users')).status).toBe(200);
    expect(there.authorizer).toMatchObject({ refreshes: 1, rejected: [] });
  });

  test('a 403 is the API’s own business', async () => {
    const there = world(() => problem(403, 'forbidden'));
    const answer = await there.fetch('users');
    expect(await answer.json()).toMatchObject({ code: 'forbidden' });
    expect(there.sent).toHaveLength(1);
  });
});
