import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../src/server/http/rate-limit.ts';
import { attemptKey, bodyOf, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

const trySignIn = (on: ServerUnderTest, username: string, password: string, address = '10.0.0.1'): Promise<Response> =>
  on.call('POST', '/sessions', { json: { credentials: { username, password } }, env: { address } });
const limited = (limits = {}): Promise<ServerUnderTest> =>
  serverUnderTest({ limits, clientAddress: (_request, env) => (env as { address: string }).address });

describe('signing in', () => {
  it('is limited by account for wrong passwords, the same for accounts that do not exist', async () => {
    for (const username of ['ada', 'nobody']) {
      const on = await limited();
      for (let i = 0; i < 10; i++) expect((await trySignIn(on, username, 'wrong')).status).toBe(401);
      const answer = await trySignIn(on, username === 'ada' ? ' ADA ' : username, 'right');
      expect([answer.status, answer.headers.get('retry-after'), (await bodyOf(answer))['code']]).toEqual([
        429,
        '30',
        'rate_limited',
      ]);
      on.clock.advance(30_000);
      expect((await trySignIn(on, username, 'right')).status).toBe(username === 'ada' ? 201 : 401);
    }
  });

  it('does not count the right password against the account', async () => {
    const on = await limited();
    for (let i = 0; i < 30; i++) expect((await trySignIn(on, 'ada', 'right')).status).toBe(201);
  });

  it('is limited by address, and others are not hindered', async () => {
    const on = await limited({ signInPerAddress: { count: 3, per: '1m' } });
    for (let i = 0; i < 3; i++) expect((await trySignIn(on, `user${i}`, 'wrong')).status).toBe(401);
    const answer = await trySignIn(on, 'ada', 'right');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '20']);
    expect((await trySignIn(on, 'ada', 'right', '10.0.0.2')).status).toBe(201);
  });

  it('knows accounts by what the app says', async () => {
    const on = await serverUnderTest({ accountOf: ({ phone }) => String(phone) });
    const json = { credentials: { phone: '123' } };
    for (let i = 0; i < 10; i++) await on.call('POST', '/sessions', { json });
    expect((await on.call('POST', '/sessions', { json })).status).toBe(429);
  });
});

describe('refreshing', () => {
  it('is limited by session', async () => {
    const on = await limited({ refreshPerSession: { count: 5, per: '1m' } });
    const [one, other] = [await on.signIn({ env: { address: 'a' } }), await on.signIn({ env: { address: 'a' } })];
    for (let i = 0; i < 5; i++) expect((await on.refresh(one.refresh_token!)).status).toBe(200);
    const answer = await on.refresh(one.refresh_token!);
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      429,
      '12',
      expect.objectContaining({ code: 'rate_limited' }),
    ]);
    expect((await on.refresh(other.refresh_token!)).status).toBe(200);
  });

  it('cannot be used up by a stranger who knows the id of the session', async () => {
    const on = await limited({ refreshPerSession: { count: 5, per: '1m' } });
    const { refresh_token: token } = await on.signIn({ env: { address: 'a' } });
    const forged = `${token!.slice(0, -1)}${token!.endsWith('A') ? 'Q' : 'A'}`;
    for (let i = 0; i < 50; i++) expect((await on.refresh(forged, attemptKey(i))).status).toBe(400);
    expect((await on.refresh(token!)).status).toBe(200);
  });

  it('is not limited at all when limits are off', async () => {
    const on = await serverUnderTest({ limits: false });
    for (let i = 0; i < 20; i++)
      expect(
        (await on.call('POST', '/sessions', { json: { credentials: { username: 'ada', password: 'wrong' } } })).status,
      ).toBe(401);
  });
});

describe('a rate limit', () => {
  it('lets a burst through and then as many as it says', () => {
    let now = 0;
    const limit = createRateLimit({ count: 10, per: '10s' }, { now: () => now });
    for (let i = 0; i < 10; i++) expect(limit.take('a')).toBe(0);
    expect(limit.take('a')).toBe(1000);
    expect(limit.take('b')).toBe(0);
    now = 999;
    expect(limit.wait('a')).toBe(1);
    now = 1000;
    expect(limit.take('a')).toBe(0);
    expect(limit.take('a')).toBe(1000);
    limit.giveBack('a');
    expect(limit.take('a')).toBe(0);
  });
});
