import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import { baseUrl, bodyOf, serverUnderTest } from './server-under-test.ts';

describe('the public documents', () => {
  it('publish keys that verify our tokens, for caches to keep five minutes', async () => {
    const { call, signIn } = await serverUnderTest();
    const { access_token } = await signIn();
    const answer = await call('GET', '/.well-known/jwks.json');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    expect(answer.headers.get('content-type')).toBe('application/jwk-set+json');
    const jwks = (await answer.json()) as JSONWebKeySet;
    expect(JSON.stringify(jwks)).not.toContain('"d"');
    const currentDate = new Date(Date.UTC(2026, 0, 5, 12));
    await expect(jwtVerify(access_token, createLocalJWKSet(jwks), { currentDate })).resolves.toBeDefined();
  });

  it('describe the server (RFC 8414)', async () => {
    const { call } = await serverUnderTest({
      introspectionKey: 'key-of-the-back-end-Zx81',
      publicOrigin: 'https://auth.example.com',
      basePath: '/auth',
    });
    expect(await bodyOf(await call('GET', '/auth/.well-known/oauth-authorization-server'))).toEqual({
      issuer: baseUrl,
      token_endpoint: 'https://auth.example.com/auth/token',
      revocation_endpoint: 'https://auth.example.com/auth/revoke',
      introspection_endpoint: 'https://auth.example.com/auth/introspect',
      jwks_uri: 'https://auth.example.com/auth/.well-known/jwks.json',
      response_types_supported: [],
      grant_types_supported: ['refresh_token'],
      token_endpoint_auth_methods_supported: ['none'],
      revocation_endpoint_auth_methods_supported: ['none'],
      dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
    });
  });

  it('name the issuer by its origin, and the base path once', async () => {
    const { call } = await serverUnderTest({ basePath: '/auth' });
    expect(await bodyOf(await call('GET', '/auth/.well-known/oauth-authorization-server'))).toMatchObject({
      token_endpoint: `${baseUrl}/auth/token`,
    });
  });

  it('tell the time, in the body to the millisecond', async () => {
    const { call, clock } = await serverUnderTest();
    clock.advance(789);
    const answer = await call('GET', '/time');
    expect(await bodyOf(answer)).toEqual({ server_time: '2026-01-05T12:00:00.789Z' });
    expect(answer.headers.get('date')).toBe('Mon, 05 Jan 2026 12:00:00 GMT');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('health', () => {
  it('is about the process, readiness about the store and a stop under way', async () => {
    const { call, sessions, server } = await serverUnderTest();
    expect((await call('GET', '/ready')).status).toBe(200);
    server.drain();
    expect((await call('GET', '/ready')).status).toBe(503);
    expect((await call('GET', '/health')).status).toBe(200);

    const other = await serverUnderTest();
    await other.sessions.close();
    expect((await other.call('GET', '/ready')).status).toBe(503);
    expect((await other.call('GET', '/health')).status).toBe(200);
    await sessions.close();
  });
});

describe('POST /introspect', () => {
  const introspectionKey = 'key-of-the-back-end-Zx81';
  const authorization = `Bearer ${introspectionKey}`;

  it('does not exist without a key', async () => {
    const { call } = await serverUnderTest();
    expect(
      (await call('POST', '/introspect', { form: { token: 'x' }, headers: { authorization: 'Bearer ' } })).status,
    ).toBe(404);
  });

  it('describes a good access token to a back end, which has no Origin', async () => {
    const { call, signIn } = await serverUnderTest({ introspectionKey, cookie: true });
    const { access_token: token, session_id } = await signIn();
    const answer = await call('POST', '/introspect', { form: { token }, headers: { authorization, origin: '(none)' } });
    expect(await bodyOf(answer)).toMatchObject({
      active: true,
      sub: 'user_ada',
      sid: session_id,
      token_type: 'Bearer',
      client_id: 'browser',
    });
  });

  it('answers one thing only about every other token', async () => {
    const { call, signIn, sessions } = await serverUnderTest({ introspectionKey });
    const { access_token, refresh_token, session_id } = await signIn();
    const stale = await signIn({ username: 'grace' });
    await sessions.revoke(session_id, 'revoked');
    await sessions.revokeOthers('user_grace', stale.session_id);
    for (const token of ['nonsense', access_token, refresh_token!, stale.access_token]) {
      const answer = await call('POST', '/introspect', { form: { token }, headers: { authorization } });
      expect([answer.status, await answer.json()]).toEqual([200, { active: false }]);
    }
  });

  it('tells a caller without the key nothing', async () => {
    const { call, signIn } = await serverUnderTest({ introspectionKey });
    const { access_token: token } = await signIn();
    for (const wrong of [
      '(none)',
      'Bearer',
      'Bearer wrong',
      `Bearer ${introspectionKey}x`,
      `Basic ${introspectionKey}`,
      `Bearer ${token}`,
    ]) {
      const answer = await call('POST', '/introspect', { form: { token }, headers: { authorization: wrong } });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
  });

  it('answers 503, not inactive, when the store is away', async () => {
    const { call, signIn, sessions } = await serverUnderTest({ introspectionKey });
    const { access_token: token } = await signIn();
    await sessions.close();
    expect((await call('POST', '/introspect', { form: { token }, headers: { authorization } })).status).toBe(503);
  });
});

describe('a base path', () => {
  it('is where all routes are, and nothing else is', async () => {
    const { call } = await serverUnderTest({ basePath: '/auth' });
    expect((await call('GET', '/auth/time')).status).toBe(200);
    expect((await call('GET', '/time')).status).toBe(404);
    expect((await call('PUT', '/auth/time')).status).toBe(405);
    const json = { credentials: { username: 'ada', password: 'right' } };
    expect((await call('POST', '/auth/sessions', { json })).status).toBe(201);
    expect((await call('POST', '/auth/sessions', { json, headers: { origin: 'https://evil.example' } })).status).toBe(
      403,
    );
  });
});
