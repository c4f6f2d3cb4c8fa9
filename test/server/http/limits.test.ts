import { describe, expect, it } from 'vitest';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { createRateLimit } from '../../../src/server/http/rate-limit.ts';
import type { SessionServerOptions } from '../../../src/server/http/session-server.ts';
import { attemptKey, baseUrl, bodyOf, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

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

  it.each([
    ['username', 'email', {}],
    ['email', 'username', {}],
    ['phone', 'card', { accountOf: ({ phone, card }) => [String(phone), String(card)] }],
  ] satisfies Array<[string, string, Partial<SessionServerOptions>]>)(
    'is limited by %s, whatever is made up as %s beside it, and the other way round',
    async (real, decoy, options) => {
      const on = await serverUnderTest(options);
      const guess = (i: number): Promise<Response> =>
        on.call('POST', '/sessions', { json: { credentials: { [real]: 'ada', [decoy]: `decoy${i}`, password: 'x' } } });
      for (let i = 0; i < 10; i++) expect((await guess(i)).status).toBe(401);
      expect((await guess(10)).status).toBe(429);
      const json = { credentials: { [decoy]: 'ada', password: 'x' } };
      expect((await on.call('POST', '/sessions', { json })).status).toBe(429);
    },
  );

  it('counts a name once that is given twice, and against nobody what was not tried', async () => {
    const on = await serverUnderTest();
    const guess = (email: string, username: string): Promise<Response> =>
      on.call('POST', '/sessions', { json: { credentials: { email, username, password: 'x' } } });
    for (let i = 0; i < 10; i++) expect((await guess('ada', 'ADA ')).status).toBe(401);
    // Refused for ada's sake, so it is no wrong password of grace.
    for (let i = 0; i < 20; i++) expect((await guess('grace', 'ada')).status).toBe(429);
    expect((await guess('grace', 'grace')).status).toBe(401);
  });

  it('does not count the round for a nonce, neither against the account nor against the address', async () => {
    const perAddress = { signInPerAddress: { count: 10, per: '1m' as const } };
    const on = await limited(perAddress);
    const client = await on.provingClient();
    const asked = async (): Promise<Response> => {
      const iat = Math.floor(on.clock.now() / 1000) - 3600;
      const dpop = await client.prove('POST', `${baseUrl}/sessions`, { claims: { iat } });
      const json = { credentials: { username: 'ada', password: 'right' } };
      return on.call('POST', '/sessions', { json, headers: { dpop }, env: { address: '10.0.0.1' } });
    };
    for (let i = 0; i < 30; i++) expect((await bodyOf(await asked()))['code']).toBe('use_dpop_nonce');
    expect((await trySignIn(on, 'ada', 'right')).status).toBe(201);
  });

  it('does not count what the app could not answer: the directory was away', async () => {
    let failure: Error | null = new Error('directory away');
    const on = await serverUnderTest({
      authenticate: () => {
        if (failure) throw failure;
        return { id: 'user_ada' };
      },
    });
    for (let i = 0; i < 30; i++) expect((await trySignIn(on, 'ada', 'right')).status).toBe(500);
    failure = null;
    expect((await trySignIn(on, 'ada', 'right')).status).toBe(201);
    expect(on.errors).toHaveLength(30);
  });

  it('counts what the app refuses in words of its own', async () => {
    const on = await serverUnderTest({
      authenticate: () => {
        throw new SessionError('invalid_argument', 'The code of the authenticator is wrong.');
      },
    });
    for (let i = 0; i < 10; i++) expect((await trySignIn(on, 'ada', 'right')).status).toBe(400);
    expect((await trySignIn(on, 'ada', 'right')).status).toBe(429);
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
