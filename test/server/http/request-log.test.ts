import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../src/server/http/request-log.ts';
import type { SessionServerOptions } from '../../../src/server/http/session-server.ts';
import { attemptKey, baseUrl, serverUnderTest, startedAt, type ServerUnderTest } from './server-under-test.ts';

const apiKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';

async function logging(
  options: Partial<SessionServerOptions> = {},
): Promise<ServerUnderTest & { entries: LogEntry[]; written: () => Promise<LogEntry[]> }> {
  const entries: LogEntry[] = [];
  const on = await serverUnderTest({ log: (entry) => void entries.push(entry), ...options });
  const written = async (): Promise<LogEntry[]> => {
    await on.server.logged();
    return entries;
  };
  return { ...on, entries, written };
}

const asBackEnd = ({ call }: ServerUnderTest, method: string, path: string, json?: unknown): Promise<Response> =>
  call(method, `/admin${path}`, {
    headers: { origin: '(none)', authorization: `Bearer ${apiKey}` },
    ...(json === undefined ? {} : { json }),
  });

const failed = (username: string): { json: unknown } => ({ json: { credentials: { username, password: 'wrong' } } });

describe('the log', () => {
  it('has a line for every request: when, what, how it went, how long it took', async () => {
    const { call, signIn, written, clock } = await logging({ clientAddress: () => '192.0.2.7' });
    const { access_token: accessToken } = await signIn();
    clock.advance(1500);
    await call('GET', '/session', { accessToken });
    await call('DELETE', '/sessions/session_abc', { accessToken });
    await call('GET', '/a/stranger/made/this/up');
    const [first, second, third, fourth] = await written();
    expect(first).toEqual({
      time: new Date(startedAt).toISOString(),
      level: 'info',
      event: 'request',
      method: 'POST',
      route: '/sessions',
      status: 201,
      duration_ms: expect.any(Number),
      address: '192.0.2.7',
      user_id: 'user_ada',
      session: expect.stringMatching(/^[\da-f]{16}$/),
    });
    expect(second).toMatchObject({
      time: new Date(startedAt + 1500).toISOString(),
      route: '/session',
      session: first!.session,
    });
    expect(third).toMatchObject({ route: '/sessions/:id', status: 404, code: 'session_not_found' });
    expect(fourth).toMatchObject({ route: 'none', status: 404 });
  });

  it('hashes session ids, the same way in servers that share the salt, and in no other', async () => {
    const logSalt = new Uint8Array(32).fill(7);
    const on = await logging({ logSalt });
    const { session_id } = await on.signIn();
    const own = (await on.written())[0]!.session;
    expect(session_id).not.toContain(own);
    await on.call('POST', '/sessions', failed('ada'));
    const other = await logging({ logSalt });
    const stranger = await logging();
    for (const each of [other, stranger]) await each.call('POST', '/sessions', failed('ada'));
    const accountOf = (entries: LogEntry[]): string | undefined =>
      entries.find(({ event }) => event === 'sign_in_failed')?.account;
    expect(accountOf(await other.written())).toBe(accountOf(await on.written()));
    expect(accountOf(await stranger.written())).not.toBe(accountOf(await on.written()));
  });

  it.each<[LogEntry['event'], object, (on: ServerUnderTest) => Promise<unknown>]>([
    [
      'sign_in_failed',
      { account: expect.any(String), code: 'invalid_credentials' },
      ({ call }) => call('POST', '/sessions', failed('ada')),
    ],
    [
      'reuse_detected',
      { session: expect.any(String) },
      async ({ signIn, refresh }) => {
        const { refresh_token } = await signIn();
        await refresh(refresh_token!);
        await refresh(refresh_token!, attemptKey('of-a-thief'));
      },
    ],
    [
      'proof_refused',
      { session: expect.any(String) },
      async ({ signIn, refresh, provingClient }) => {
        const dpop = await (await provingClient()).prove('POST', `${baseUrl}/sessions`);
        await refresh((await signIn({ headers: { dpop } })).refresh_token!);
      },
    ],
    [
      'proof_refused',
      { code: 'invalid_dpop_proof' },
      ({ signIn, refresh }) =>
        signIn().then(({ refresh_token }) =>
          refresh(refresh_token!, attemptKey('a'), { headers: { dpop: 'no.proof.at-all' } }),
        ),
    ],
    [
      'key_refused',
      { route: '/introspect' },
      ({ call }) => call('POST', '/introspect', { form: { token: 'x' }, headers: { authorization: 'Bearer guess' } }),
    ],
    [
      'key_refused',
      { route: '/admin/users/:user_id/sessions' },
      ({ call }) =>
        call('GET', '/admin/users/user_ada/sessions', { headers: { origin: '(none)', authorization: 'Bearer guess' } }),
    ],
    [
      'sessions_revoked',
      { user_id: 'user_ada', scope: 'all', count: 1 },
      async ({ signIn, call }) => call('DELETE', '/sessions?scope=all', { accessToken: (await signIn()).access_token }),
    ],
    [
      'reuse_detected',
      { session: expect.any(String) },
      async (on) => {
        const token = await on.sessions.remember.issue('user_ada');
        for (let i = 0; i < 2; i++) await asBackEnd(on, 'POST', '/remember-tokens/redeem', { token });
        await asBackEnd(on, 'POST', '/remember-tokens/redeem', { token: 'unknown' });
      },
    ],
    [
      'sessions_revoked',
      { user_id: 'user_ada', scope: 'all', count: 0, api_key: 'key 1' },
      (on) => asBackEnd(on, 'DELETE', '/users/user_ada/sessions'),
    ],
    [
      'sessions_revoked',
      { scope: 'type', api_key: 'key 1' },
      async (on) => {
        await on.sessions.types.define({ tag: 'kiosk' });
        await on.sessions.create({ userId: 'user_ada', type: 'kiosk' });
        await asBackEnd(on, 'DELETE', '/session-types/kiosk?force=true');
        await asBackEnd(on, 'DELETE', '/session-types/kiosk?force=true');
      },
    ],
    [
      'sessions_revoked',
      { scope: 'everybody', api_key: 'key 1' },
      ({ call }) =>
        call('POST', '/admin/revoke-everybody', {
          headers: { origin: '(none)', authorization: `Bearer ${apiKey}` },
          json: { confirm: 'everybody' },
        }),
    ],
  ])('has a line of its own for %s %o', async (event, facts, cause) => {
    const on = await logging({ introspectionKey: apiKey, adminKeys: [apiKey] });
    await cause(on);
    await on.written();
    expect(on.entries.filter((entry) => entry.event === event)).toEqual([
      expect.objectContaining({ level: 'warn', ...facts }),
    ]);
  });

  it('says whose session a back end asked about or changed, by the same hash as for its person', async () => {
    const on = await logging({ adminKeys: [apiKey] });
    const { session_id: id, access_token: token } = await on.signIn();
    for (const [method, path, json] of [
      ['GET', `/sessions/${id}`],
      ['POST', '/tokens/verify', { token }],
      ['GET', '/users/user_ada/sessions'],
      ['POST', '/sessions', { user_id: 'user_ada' }],
      ['DELETE', `/sessions/${id}`],
    ] as const)
      await asBackEnd(on, method, path, json);
    const [own, ...lines] = await on.written();
    const session = own!.session;
    const facts = { session, user_id: 'user_ada' };
    expect(lines).toMatchObject([facts, facts, { user_id: 'user_ada' }, { user_id: 'user_ada' }, { session }]);
    expect(lines[2]).not.toHaveProperty('session');
    expect(lines[3]!.session).toMatch(/^[\da-f]{16}$/);
    expect(lines[3]!.session).not.toBe(session);
  });

  it('tells the names that were tried apart: each has the hash it has alone', async () => {
    const on = await logging();
    await on.call('POST', '/sessions', failed('ada'));
    const json = { credentials: { email: 'decoy@example.com', username: 'ada', password: 'wrong' } };
    await on.call('POST', '/sessions', { json });
    const [alone, both] = (await on.written()).filter(({ event }) => event === 'sign_in_failed');
    expect(both!.account!.split(' ')).toEqual([expect.stringMatching(/^[\da-f]{16}$/), alone!.account]);
  });

  it('holds no token, cookie, credential, body or session id', async () => {
    const on = await logging({ cookie: true, adminKeys: [apiKey] });
    const answer = await on.call('POST', '/sessions', {
      json: { credentials: { username: 'ada', password: 'right' } },
    });
    const tokens = (await answer.json()) as { access_token: string; revocation_token: string; session_id: string };
    const cookie = answer.headers.getSetCookie()[0]!.split(';', 1)[0]!;
    const { access_token: accessToken } = tokens;
    await on.call('PUT', '/session/data/hidden-key', { accessToken, json: 'hidden-value' });
    await on.call('POST', '/token', { form: { grant_type: 'refresh_token' }, headers: { cookie } });
    await on.call('POST', '/sessions', { json: { credentials: { username: 'hunter2', password: 'hunter2' } } });
    await on.call('DELETE', `/sessions/${tokens.session_id}?secret=hidden-query`, { accessToken });
    await on.call('GET', '/admin/users/u/sessions', {
      headers: { origin: '(none)', authorization: `Bearer ${apiKey}` },
    });
    await on.call('POST', '/revoke', { form: { token: tokens.revocation_token } });
    const entries = await on.written();
    expect(entries).toHaveLength(8);
    const lines = JSON.stringify(entries);
    const secrets = [
      accessToken,
      tokens.revocation_token,
      tokens.session_id,
      cookie.split('=')[1]!,
      'hidden',
      'hunter2',
      'right',
      apiKey,
    ];
    for (const secret of secrets) expect(lines).not.toContain(secret);
  });

  it('that fails disturbs no request, and is reported', async () => {
    const { call, errors } = await serverUnderTest({
      log: () => {
        throw new Error('disk full');
      },
    });
    expect((await call('GET', '/time')).status).toBe(200);
    while (errors.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(String(errors[0])).toContain('disk full');
  });
});
