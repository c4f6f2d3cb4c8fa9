import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { attemptKey, baseUrl, bodyOf, serverUnderTest } from './server-under-test.ts';

const credentials = { username: 'ada', password: 'right' };

describe('a server that requires keys', () => {
  it('signs nobody in without a proof, and asks nobody whether the password was right', async () => {
    let asked = 0;
    const { call, sessions } = await serverUnderTest({
      dpop: { require: true },
      authenticate: () => (asked++, { id: 'user_ada' }),
    });
    const answer = await call('POST', '/sessions', { json: { credentials } });
    expect(await bodyOf(answer)).toMatchObject({ status: 400, code: 'invalid_dpop_proof' });
    expect(asked).toBe(0);
    expect((await sessions.list('user_ada')).sessions).toEqual([]);
  });

  it('binds both tokens, and less is not to be had, at sign-in and at refresh', async () => {
    const { call, signIn, refresh, provingClient } = await serverUnderTest({ dpop: { require: true } });
    const client = await provingClient();
    const prove = async (path: string): Promise<{ dpop: string }> => ({
      dpop: await client.prove('POST', baseUrl + path),
    });
    const json = { credentials, binding: 'refresh' };
    const less = await call('POST', '/sessions', { json, headers: await prove('/sessions') });
    expect(await bodyOf(less)).toMatchObject({ status: 400, code: 'invalid_argument' });

    const tokens = await signIn({ headers: await prove('/sessions') });
    expect(tokens.token_type).toBe('DPoP');
    const headers = await prove('/token');
    const key = attemptKey('first');
    const form = { binding: 'refresh' };
    expect(await bodyOf(await refresh(tokens.refresh_token!, key, { headers, form }))).toMatchObject({
      error: 'invalid_request',
      code: 'invalid_argument',
    });
    const { dpop } = await prove('/token');
    const again = await bodyOf(await refresh(tokens.refresh_token!, null, { headers: { dpop } }));
    expect(decodeJwt(again['access_token'] as string)['cnf']).toEqual({ jkt: client.thumbprint });
  });

  it('requires none unless asked to', async () => {
    const { signIn } = await serverUnderTest();
    expect((await signIn()).token_type).toBe('Bearer');
  });
});
