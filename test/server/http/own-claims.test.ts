import { decodeJwt } from 'jose';
import { createAccessTokens, type JsonObject } from 'sojourn/server';
import { serve } from 'sojourn/server/node';
import { verifyAccessToken } from 'sojourn/server/verify';
import { describe, expect, it } from 'vitest';
import { aSession } from '../tokens/a-session.ts';
import { attemptKey, baseUrl, bodyOf, origin, serverUnderTest } from './server-under-test.ts';

const apiKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';

const refusedClaims: [string, unknown, RegExp][] = [
  ...['sub', 'exp', 'cnf', 'sid', 'session_stamp', 'active', 'nbf', 'acr'].map((name): [string, unknown, RegExp] => [
    `the reserved name ${name}`,
    { [name]: 1 },
    new RegExp(`'${name}' is a name of ours`),
  ]),
  ['more than 2048 bytes', { roles: 'é'.repeat(1020) }, /2048 bytes/],
  ['a Date', { since: new Date(0) }, /object of JSON/],
  ['undefined', { since: undefined }, /object of JSON/],
  ['a list', ['admin'], /object of JSON/],
  ['null', null, /object of JSON/],
  ['a key that leads to a prototype', JSON.parse('{"__proto__":{"admin":true}}'), /object of JSON/],
];

describe("an app's own claims", () => {
  it('are in the access token of a sign-in and of each refresh, as the person is by then', async () => {
    let roles = ['reader'];
    const asked: unknown[] = [];
    const on = await serverUnderTest({
      findUser: (id) => ({ id, name: 'By now' }),
      claims: async (session, user) => {
        asked.push([session.generation, user.name]);
        return { roles, tenant: `of ${user.id}` };
      },
    });
    const signedIn = await on.signIn();
    expect(decodeJwt(signedIn.access_token)).toMatchObject({ sub: 'user_ada', roles, tenant: 'of user_ada' });
    roles = ['reader', 'editor'];
    const next = await bodyOf(await on.refresh(signedIn.refresh_token!));
    expect(decodeJwt(next['access_token'] as string)).toMatchObject({ gen: 1, roles: ['reader', 'editor'] });
    expect(asked).toEqual([
      [0, 'Somebody'],
      [1, 'By now'],
    ]);
  });

  it('are asked for with an id alone where nobody knows the user any more', async () => {
    const users: unknown[] = [];
    const on = await serverUnderTest({ claims: (_session, user) => (users.push(user), {}) });
    const { refresh_token, access_token: accessToken } = await on.signIn();
    await on.refresh(refresh_token!, attemptKey('a'));
    // The session that is kept gets a fresh token, too.
    await on.call('DELETE', '/sessions?scope=others', { accessToken });
    expect(users).toEqual([{ id: 'user_ada', name: 'Somebody' }, { id: 'user_ada' }, { id: 'user_ada' }]);
  });

  it('are handed out where tokens are checked: at an API, at introspection, and at the admin route', async () => {
    const claims = { roles: ['admin'], tenant: { id: 7 } };
    const on = await serverUnderTest({ claims: () => claims, introspectionKey: apiKey, adminKeys: [apiKey] });
    const { access_token } = await on.signIn();
    const request = new Request(baseUrl, { headers: { authorization: `Bearer ${access_token}` } });
    const jwks = await on.tokens.keySet();
    const found = await verifyAccessToken(request, { jwks, issuer: baseUrl, audience: baseUrl, now: on.clock.now });
    const roles: unknown = found['roles'];
    expect([roles, found['tenant']]).toEqual([['admin'], { id: 7 }]);
    const introspected = await on.call('POST', '/introspect', {
      form: { token: access_token },
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(await bodyOf(introspected)).toMatchObject({ active: true, token_type: 'Bearer', ...claims });
    const verified = await on.call('POST', '/admin/tokens/verify', {
      json: { token: access_token },
      headers: { authorization: `Bearer ${apiKey}`, origin: '(none)' },
    });
    expect(await bodyOf(verified)).toMatchObject({ claims });
  });

  it.each(refusedClaims)('with %s are refused at the first token', async (_name, claims, message) => {
    const tokens = createAccessTokens({ issuer: baseUrl, audience: baseUrl });
    const issuing = tokens.issue({ session: aSession(), stamp: 1, bound: false, claims: claims as JsonObject });
    await expect(issuing).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(message) });

    const on = await serverUnderTest({ claims: () => claims as JsonObject });
    const answer = await on.call('POST', '/sessions', {
      json: { credentials: { username: 'ada', password: 'right' } },
    });
    expect([answer.status, await bodyOf(answer)]).toEqual([500, expect.objectContaining({ code: 'server_error' })]);
    expect(on.errors).toEqual([
      expect.objectContaining({ cause: expect.objectContaining({ code: 'invalid_argument' }) }),
    ]);
    // Nobody was told the tokens of the session that had begun.
    expect((await on.sessions.list('user_ada')).sessions).toEqual([]);
  });

  it('may have as many bytes as are said', async () => {
    const tokens = createAccessTokens({ issuer: baseUrl, audience: baseUrl });
    const claims = { roles: 'x'.repeat(2048 - '{"roles":""}'.length) };
    const { token } = await tokens.issue({ session: aSession(), stamp: 1, bound: false, claims });
    await expect(tokens.verify(token)).resolves.toMatchObject(claims);
  });

  it('that cannot be had now fail a refresh, which is repeated and loses nothing', async () => {
    let isAway = false;
    const on = await serverUnderTest({
      claims: () => {
        if (isAway) throw new Error('the database of roles is away');
        return { roles: [] };
      },
    });
    const { refresh_token } = await on.signIn();
    isAway = true;
    expect((await on.refresh(refresh_token!)).status).toBe(500);
    isAway = false;
    expect(await bodyOf(await on.refresh(refresh_token!))).toMatchObject({ generation: 1 });
    expect(on.errors).toHaveLength(1);
  });

  it('and the beginning of a session are asked of the options of serve(), too', async () => {
    const server = await serve({
      port: 0,
      store: 'memory',
      origins: [origin],
      demoUsers: true,
      newSession: () => ({ data: { from: 'newSession' } }),
      claims: ({ data }) => ({ roles: ['demo'], from: data['from'] ?? null }),
    });
    const answer = await fetch(`${server.url}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ credentials: { username: 'ada', password: 'demo' } }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    await server.close();
    expect(decodeJwt(access_token)).toMatchObject({ roles: ['demo'], from: 'newSession' });
  });
});
