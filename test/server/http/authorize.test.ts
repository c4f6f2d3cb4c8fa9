import { describe, expect, it } from 'vitest';
import { hashOf } from '../tokens/hash-of.ts';
import type { ProvingClient } from '../tokens/proving-client.ts';
import { baseUrl, bodyOf, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

const outcome = async (answer: Response): Promise<[number, unknown, unknown]> => {
  const { code, reason } = await bodyOf(answer);
  return [answer.status, code, reason];
};

describe('a request to the session API', () => {
  it('passes with a good access token', async () => {
    const { signIn, call } = await serverUnderTest({ findUser: (id) => ({ id, name: 'Ada' }) });
    const { access_token, session_id } = await signIn();
    const answer = await call('GET', '/session', { accessToken: access_token });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.json()).toMatchObject({
      session: { id: session_id, current: true },
      user: { id: 'user_ada', name: 'Ada' },
      server_time: '2026-01-05T12:00:00.000Z',
    });
  });

  it('answers 401 unauthenticated with both challenges when it carries nothing', async () => {
    const { call } = await serverUnderTest();
    for (const authorization of ['(none)', '', 'Basic YTpi', 'Bearer', 'Bearer ']) {
      const answer = await call('GET', '/session', { headers: { authorization } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer, DPoP algs="ES256 Ed25519 EdDSA"');
      expect(await outcome(answer)).toEqual([401, 'unauthenticated', undefined]);
    }
  });

  it('answers 401 invalid_token to nonsense', async () => {
    const { call, signIn } = await serverUnderTest();
    const { refresh_token, revocation_token } = await signIn();
    for (const token of ['nonsense', refresh_token!, revocation_token, 'x'.repeat(9000)]) {
      const answer = await call('GET', '/session', { accessToken: token });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect(await outcome(answer)).toEqual([401, 'invalid_token', undefined]);
    }
  });

  it('answers 401 token_expired to one past its end: a refresh helps', async () => {
    const { call, signIn, clock } = await serverUnderTest();
    const { access_token, expires_in } = await signIn();
    clock.advance(expires_in * 1000 - 1);
    expect((await call('GET', '/session', { accessToken: access_token })).status).toBe(200);
    clock.advance(1000);
    expect(await outcome(await call('GET', '/session', { accessToken: access_token }))).toEqual([
      401,
      'token_expired',
      undefined,
    ]);
  });

  it('M5: answers 401 session_ended with the reason at once after a revocation, though the token was just verified', async () => {
    const { call, signIn, sessions } = await serverUnderTest();
    const { access_token, session_id } = await signIn();
    expect((await call('GET', '/session', { accessToken: access_token })).status).toBe(200);
    await sessions.revoke(session_id, 'revoked');
    expect(await outcome(await call('GET', '/session', { accessToken: access_token }))).toEqual([
      401,
      'session_ended',
      'revoked',
    ]);
  });

  it('answers 401 claims_stale to a token from before a sign-out of the others: the refresh decides', async () => {
    const { call, signIn, sessions } = await serverUnderTest();
    const { access_token, session_id } = await signIn();
    await sessions.revokeOthers('user_ada', session_id);
    expect(await outcome(await call('GET', '/session', { accessToken: access_token }))).toEqual([
      401,
      'claims_stale',
      undefined,
    ]);
  });

  it('answers 401 session_ended after a sign-out of all', async () => {
    const { call, signIn, sessions } = await serverUnderTest();
    const { access_token } = await signIn();
    await sessions.revokeAll('user_ada');
    expect(await outcome(await call('GET', '/session', { accessToken: access_token }))).toEqual([
      401,
      'session_ended',
      'revoked_all',
    ]);
  });

  it('answers 503, never 401, when the store is away', async () => {
    const { call, signIn, sessions } = await serverUnderTest();
    const { access_token } = await signIn();
    await sessions.close();
    const answer = await call('GET', '/session', { accessToken: access_token });
    expect(answer.headers.get('www-authenticate')).toBeNull();
    expect(await outcome(answer)).toEqual([503, 'store_unavailable', undefined]);
  });
});

describe('a bound access token', () => {
  async function bound(): Promise<{ on: ServerUnderTest; client: ProvingClient; token: string }> {
    const on = await serverUnderTest();
    const client = await on.provingClient();
    const dpop = await client.prove('POST', `${baseUrl}/sessions`);
    const { access_token } = await on.signIn({ headers: { dpop } });
    return { on, client, token: access_token };
  }

  it('passes with a proof of its key, for this request and this token', async () => {
    const { on, client, token } = await bound();
    const dpop = await client.prove('GET', `${baseUrl}/session`, { claims: { ath: hashOf(token) } });
    const answer = await on.call('GET', '/session', { headers: { authorization: `DPoP ${token}`, dpop } });
    expect(answer.status).toBe(200);
  });

  it("is refused as Bearer, without a proof, with a stranger's, a used one, or one for another token", async () => {
    const { on, client, token } = await bound();
    const stranger = await on.provingClient();
    const ath = hashOf(token);
    const used = await client.prove('GET', `${baseUrl}/session`, { claims: { ath } });
    const authorization = `DPoP ${token}`;
    await on.call('GET', '/session', { headers: { authorization, dpop: used } });
    const table: Array<[Record<string, string>, string, RegExp]> = [
      [{ authorization: `Bearer ${token}` }, 'invalid_token', /^Bearer error="invalid_token"$/],
      [{ authorization: `Bearer ${token}`, dpop: used }, 'invalid_token', /^Bearer/],
      [{ authorization }, 'invalid_dpop_proof', /^DPoP error="invalid_dpop_proof", algs=/],
      [{ authorization, dpop: used }, 'invalid_dpop_proof', /^DPoP/],
      [
        { authorization, dpop: await stranger.prove('GET', `${baseUrl}/session`, { claims: { ath } }) },
        'invalid_dpop_proof',
        /^DPoP/,
      ],
      [{ authorization, dpop: await client.prove('GET', `${baseUrl}/session`) }, 'invalid_dpop_proof', /^DPoP/],
      [
        { authorization, dpop: await client.prove('GET', `${baseUrl}/time`, { claims: { ath } }) },
        'invalid_dpop_proof',
        /^DPoP/,
      ],
    ];
    for (const [headers, code, challenge] of table) {
      const answer = await on.call('GET', '/session', { headers });
      expect(answer.headers.get('www-authenticate')).toMatch(challenge);
      expect(await outcome(answer)).toEqual([401, code, undefined]);
    }
  });

  it('gets a nonce with its 401 when the clock of the client is wrong', async () => {
    const { on, client, token } = await bound();
    const claims = { ath: hashOf(token), iat: 1 };
    const authorization = `DPoP ${token}`;
    const first = await on.call('GET', '/session', {
      headers: { authorization, dpop: await client.prove('GET', `${baseUrl}/session`, { claims }) },
    });
    expect(first.headers.get('www-authenticate')).toMatch(/^DPoP error="use_dpop_nonce"/);
    const nonce = first.headers.get('dpop-nonce');
    const dpop = await client.prove('GET', `${baseUrl}/session`, { claims: { ...claims, nonce } });
    expect((await on.call('GET', '/session', { headers: { authorization, dpop } })).status).toBe(200);
  });
});
