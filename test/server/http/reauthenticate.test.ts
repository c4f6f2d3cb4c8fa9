import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import type { TokenResponse } from '../../../src/protocol/token-response.ts';
import type { SignInContext } from '../../../src/server/http/directory.ts';
import type { SessionServerOptions } from '../../../src/server/http/session-server.ts';
import { attemptKey, baseUrl, bodyOf, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

const minute = 60_000;
const path = '/session/reauthenticate';
const right = { credentials: { username: 'ada', password: 'right' } };
const wrong = { credentials: { username: 'ada', password: 'wrong' } };

/** Ada is signed in, and an hour has passed; `prove` sends credentials as her. */
async function anHourAfterSignIn(
  options: Partial<SessionServerOptions> = {},
): Promise<ServerUnderTest & { signedIn: TokenResponse; prove: (json: unknown) => Promise<Response> }> {
  const under = await serverUnderTest(options);
  const first = await under.signIn({ remember: true });
  under.clock.advance(60 * minute);
  const signedIn = (await (await under.refresh(first.refresh_token!)).json()) as TokenResponse;
  return {
    ...under,
    signedIn,
    prove: async (json) => under.call('POST', path, { json, accessToken: signedIn.access_token }),
  };
}

describe('POST /session/reauthenticate', () => {
  it('answers the session without a token; the next refresh says when', async () => {
    const { prove, call, refresh, clock, signedIn, sessions } = await anHourAfterSignIn();
    expect(decodeJwt(signedIn.access_token)['auth_time']).toBe(clock.now() / 1000 - 3600);
    const answer = await prove(right);
    expect(answer.status).toBe(200);
    const body = await bodyOf(answer);
    expect(body).toEqual({
      session: expect.objectContaining({ id: signedIn.session_id, current: true }),
      generation: 1,
      server_time: new Date(clock.now()).toISOString(),
    });
    expect(await sessions.get(signedIn.session_id)).toMatchObject({ authenticatedAt: clock.now(), acr: null });
    // The access token of before is spent (ASVS 7.2.4).
    const stale = await call('GET', '/session', { accessToken: signedIn.access_token });
    expect([stale.status, await bodyOf(stale)]).toMatchObject([401, { code: 'claims_stale' }]);

    clock.advance(1000);
    const next = (await (await refresh(signedIn.refresh_token!, attemptKey('second'))).json()) as TokenResponse;
    expect(next.session_id).toBe(signedIn.session_id);
    expect(decodeJwt(next.access_token)).toMatchObject({ auth_time: clock.now() / 1000 - 1, gen: 2 });
    // The refresh token of before is spent: whoever else comes with it ends the session (ASVS 7.2.4).
    const thief = await refresh(signedIn.refresh_token!, attemptKey('thief'));
    expect(await bodyOf(thief)).toMatchObject({ error: 'invalid_grant', reason: 'reuse_detected' });
  });

  it('says how, where the app does, at sign-in and later', async () => {
    const authenticate: SessionServerOptions['authenticate'] = ({ code }) => {
      const user = { id: 'user_ada' };
      return code === undefined ? { user, acr: 'pwd' } : { user, acr: 'mfa' };
    };
    const { prove, refresh, signedIn, sessions } = await anHourAfterSignIn({ authenticate });
    expect(decodeJwt(signedIn.access_token)['acr']).toBe('pwd');
    expect((await prove({ credentials: { code: '123456' } })).status).toBe(200);
    expect((await sessions.get(signedIn.session_id))?.acr).toBe('mfa');
    const next = (await (await refresh(signedIn.refresh_token!, attemptKey('second'))).json()) as TokenResponse;
    expect(decodeJwt(next.access_token)['acr']).toBe('mfa');
  });

  it('tells the app who is signed in, so that a password alone will do', async () => {
    const contexts: SignInContext[] = [];
    const { prove, signedIn } = await anHourAfterSignIn({
      authenticate: ({ password }, context) => {
        contexts.push(context);
        return password === 'right' ? { id: context.signedIn ?? 'user_ada' } : null;
      },
    });
    expect((await prove({ credentials: { password: 'right' } })).status).toBe(200);
    expect(contexts.map(({ signedIn: who }) => who)).toEqual([null, signedIn.user?.id ?? 'user_ada']);
  });

  it('says the same of a wrong password, of an unknown account and of somebody else, and changes nothing', async () => {
    const { prove, sessions, signedIn } = await anHourAfterSignIn();
    const before = await sessions.get(signedIn.session_id);
    const answers = [];
    for (const username of ['nobody', 'grace'])
      answers.push(await prove({ credentials: { username, password: 'right' } }));
    answers.push(await prove(wrong));
    const bodies = await Promise.all(answers.map(bodyOf));
    expect(bodies[0]).toMatchObject({ status: 401, code: 'invalid_credentials' });
    expect(bodies).toEqual([bodies[0], bodies[0], bodies[0]]);
    expect(answers.map(({ headers }) => headers.get('www-authenticate'))).toEqual([null, null, null]);
    expect(await sessions.get(signedIn.session_id)).toEqual(before);
  });

  it('needs a good access token, and the proof of its key', async () => {
    const { call, signIn, provingClient } = await serverUnderTest();
    expect((await call('POST', path, { json: right })).status).toBe(401);
    const client = await provingClient();
    const dpop = await client.prove('POST', `${baseUrl}/sessions`);
    const { access_token: token } = await signIn({ headers: { dpop } });
    const without = await call('POST', path, { json: right, headers: { authorization: `DPoP ${token}` } });
    expect(await bodyOf(without)).toMatchObject({ status: 401, code: 'invalid_dpop_proof' });
    const ath = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(token))).toString('base64url');
    const headers = {
      authorization: `DPoP ${token}`,
      dpop: await client.prove('POST', baseUrl + path, { claims: { ath } }),
    };
    expect((await call('POST', path, { json: right, headers })).status).toBe(200);
  });

  it('is not for pages of other origins', async () => {
    const { call, signedIn } = await anHourAfterSignIn();
    const headers = { origin: 'https://evil.example.com' };
    const answer = await call('POST', path, { json: right, headers, accessToken: signedIn.access_token });
    expect(await bodyOf(answer)).toMatchObject({ status: 403, code: 'not_allowed_origin' });
  });

  it.each([
    ['nothing', {}],
    ['credentials that are none', { credentials: 'secret' }],
    ['more than credentials', { ...right, remember: true }],
  ])('refuses %s', async (_what, json) => {
    const { prove } = await anHourAfterSignIn();
    expect(await bodyOf(await prove(json))).toMatchObject({ status: 400, code: 'invalid_argument' });
  });

  it('is limited for the person who is signed in, whatever account is named', async () => {
    const { prove, signIn, call } = await anHourAfterSignIn();
    for (let i = 0; i < 10; i++)
      expect((await prove({ credentials: { username: `ada${i}`, password: 'wrong' } })).status).toBe(401);
    const limited = await prove({ credentials: { password: 'right' } });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    // A sign-in of hers elsewhere is not: nobody but her session's holder could have used that limit up.
    expect((await signIn()).user?.id).toBe('user_ada');
    expect((await call('POST', '/sessions', { json: right })).status).toBe(201);
  });

  it('counts against the account that is named, as a sign-in does, and only failures', async () => {
    const { call, refresh, signedIn } = await anHourAfterSignIn();
    let latest = signedIn;
    const proveNow = async (json: object): Promise<Response> =>
      call('POST', path, { json, accessToken: latest.access_token });
    for (let i = 0; i < 15; i++) {
      expect((await proveNow(right)).status).toBe(200);
      latest = (await (await refresh(latest.refresh_token!, attemptKey(`after${i}`))).json()) as TokenResponse;
    }
    for (let i = 0; i < 10; i++) await proveNow(wrong);
    expect((await call('POST', '/sessions', { json: right })).status).toBe(429);
  });

  it('an `acr` that is none is a fault of the app, not of the person', async () => {
    const { call, errors } = await serverUnderTest({ authenticate: () => ({ user: { id: 'user_ada' }, acr: 'a b' }) });
    expect((await call('POST', '/sessions', { json: right })).status).toBe(500);
    expect(errors).toMatchObject([{ message: expect.stringContaining('`acr`') }]);
  });
});

describe('a server that wants a recent proof before other sessions are ended (ASVS 7.5.2)', () => {
  const options: Partial<SessionServerOptions> = { reauthenticateFor: { endOthers: '10m' } };

  it.each([
    ['one other device', async ({ signIn }: ServerUnderTest) => `/sessions/${(await signIn()).session_id}`, 204],
    ['all other devices', async () => '/sessions?scope=others', 200],
    ['all devices', async () => '/sessions?scope=all', 200],
  ])('refuses to end %s until there is one', async (_what, where, done) => {
    const under = await anHourAfterSignIn(options);
    const { call, prove, refresh, signedIn, sessions } = under;
    const target = await where(under);
    const live = (await sessions.list('user_ada')).sessions.length;
    const refused = await call('DELETE', target, { accessToken: signedIn.access_token });
    expect(await bodyOf(refused)).toMatchObject({ status: 401, code: 'step_up_required' });
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", error_description="Authenticate again", max_age="600"',
    );
    expect((await sessions.list('user_ada')).sessions).toHaveLength(live);

    await prove(right);
    // The token of before proves nothing new.
    expect((await call('DELETE', target, { accessToken: signedIn.access_token })).status).toBe(401);
    const next = (await (await refresh(signedIn.refresh_token!, attemptKey('second'))).json()) as TokenResponse;
    expect((await call('DELETE', target, { accessToken: next.access_token })).status).toBe(done);
  });

  it('lets people sign themselves out, and do all else', async () => {
    const { call, signedIn } = await anHourAfterSignIn(options);
    const accessToken = signedIn.access_token;
    expect((await call('GET', '/sessions', { accessToken })).status).toBe(200);
    expect((await call('DELETE', `/sessions/${signedIn.session_id}`, { accessToken })).status).toBe(204);
  });

  it('does not tell which sessions of others there are (S94)', async () => {
    const { call, signIn, signedIn } = await anHourAfterSignIn(options);
    const { session_id: theirs } = await signIn({ username: 'grace' });
    const { status } = await call('DELETE', `/sessions/${theirs}`, { accessToken: signedIn.access_token });
    expect(status).toBe(404);
  });

  it('a length that is none is refused at once', async () => {
    await expect(serverUnderTest({ reauthenticateFor: { endOthers: 0 } })).rejects.toMatchObject({
      code: 'invalid_duration',
    });
  });

  it('without the option, an old sign-in may end others', async () => {
    const { call, signedIn } = await anHourAfterSignIn();
    expect((await call('DELETE', '/sessions?scope=others', { accessToken: signedIn.access_token })).status).toBe(200);
  });
});
