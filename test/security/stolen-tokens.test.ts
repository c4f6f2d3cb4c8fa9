import { beforeEach, describe, expect, it } from 'vitest';
import type { TokenResponse } from '../../src/protocol/token-response.ts';
import { verifyAccessToken, type VerifyAccessTokenOptions } from '../../src/server/verify.ts';
import {
  attemptKey,
  baseUrl,
  bodyOf,
  serverUnderTest,
  type ServerUnderTest,
} from '../server/http/server-under-test.ts';
import { hashOf } from '../server/tokens/hash-of.ts';
import type { ProvingClient } from '../server/tokens/proving-client.ts';

const api = 'https://things.example.com/things';
const code = async (answer: Response): Promise<[number, unknown]> => [answer.status, (await bodyOf(answer))['code']];

let on: ServerUnderTest;
let owner: ProvingClient;
let thief: ProvingClient;
let rules: VerifyAccessTokenOptions;

const proofOf = (client: ProvingClient, token: string, key: string): Promise<string> =>
  client.prove('POST', `${baseUrl}/token`, { claims: { idk: key, rth: hashOf(token) } });

async function refreshAs(client: ProvingClient | null, token: string, key: string): Promise<Response> {
  return on.refresh(token, key, client === null ? {} : { headers: { dpop: await proofOf(client, token, key) } });
}

beforeEach(async () => {
  on = await serverUnderTest();
  [owner, thief] = [await on.provingClient(), await on.provingClient()];
  rules = { jwks: await on.tokens.keySet(), issuer: baseUrl, audience: baseUrl, now: on.clock.now };
});

const signIn = async (json?: object): Promise<TokenResponse> =>
  on.signIn({
    headers: { dpop: await owner.prove('POST', `${baseUrl}/sessions`) },
    ...(json === undefined ? {} : { json }),
  });

/** What somebody may try with an access token of another's key at `url`. */
async function attempts(token: string, url: string): Promise<Array<Record<string, string>>> {
  const ath = hashOf(token);
  return [
    { authorization: `Bearer ${token}` },
    { authorization: `DPoP ${token}` },
    { authorization: `DPoP ${token}`, dpop: await thief.prove('GET', url, { claims: { ath } }) },
    { authorization: `Bearer ${token}`, dpop: await thief.prove('GET', url, { claims: { ath } }) },
    // The thief shows the owner's key, and signs with his own.
    {
      authorization: `DPoP ${token}`,
      dpop: await owner.prove('GET', url, { claims: { ath }, signWith: thief.privateKey }),
    },
    // A proof of the owner that was seen, for another request.
    { authorization: `DPoP ${token}`, dpop: await owner.prove('GET', `${url}/else`, { claims: { ath } }) },
    { authorization: `DPoP ${token}`, dpop: await owner.prove('POST', url, { claims: { ath } }) },
    {
      authorization: `DPoP ${token}`,
      dpop: await owner.prove('GET', url, { claims: { ath: hashOf('another token') } }),
    },
  ];
}

describe('both tokens of a bound session, in the hands of another key', () => {
  it('are refused at the token endpoint, whatever is sent with them, and the owner stays signed in', async () => {
    const { refresh_token: token } = await signIn();
    for (const key of [attemptKey('thief'), attemptKey('first')])
      for (const who of [null, thief])
        expect(await code(await refreshAs(who, token!, key))).toEqual([400, 'invalid_dpop_proof']);
    const grant = await refreshAs(owner, token!, attemptKey('owner'));
    expect([grant.status, await bodyOf(grant)]).toEqual([200, expect.objectContaining({ generation: 1 })]);
  });

  it('are refused by the session server', async () => {
    const { access_token: token } = await signIn();
    for (const headers of await attempts(token, `${baseUrl}/session`))
      expect((await on.call('GET', '/session', { headers })).status, JSON.stringify(headers)).toBe(401);
    const dpop = await owner.prove('GET', `${baseUrl}/session`, { claims: { ath: hashOf(token) } });
    expect((await on.call('GET', '/session', { headers: { authorization: `DPoP ${token}`, dpop } })).status).toBe(200);
  });

  it('are refused by an API that knows nothing but the key set', async () => {
    const { access_token: token } = await signIn();
    for (const headers of await attempts(token, api))
      await expect(
        verifyAccessToken(new Request(api, { headers }), rules),
        JSON.stringify(headers),
      ).rejects.toMatchObject({ status: 401 });
    const dpop = await owner.prove('GET', api, { claims: { ath: hashOf(token) } });
    const request = new Request(api, { headers: { authorization: `DPoP ${token}`, dpop } });
    await expect(verifyAccessToken(request, rules)).resolves.toMatchObject({ sub: 'user_ada' });
  });

  it('end no session by the refresh token, and no other session by the revocation token', async () => {
    const [mine, other] = [await signIn(), await signIn()];
    const asThief = { dpop: await thief.prove('POST', `${baseUrl}/revoke`) };
    for (const headers of [{}, asThief])
      expect(await code(await on.call('POST', '/revoke', { form: { token: mine.refresh_token! }, headers }))).toEqual([
        400,
        'invalid_dpop_proof',
      ]);
    expect(await on.sessions.isValid(mine.session_id)).toBe(true);
    // It is there to end its own session, and does that for whoever has it.
    await on.call('POST', '/revoke', { form: { token: mine.revocation_token! } });
    expect(await on.sessions.isValid(mine.session_id)).toBe(false);
    expect(await on.sessions.isValid(other.session_id)).toBe(true);
  });
});

describe('where only the refresh token is bound', () => {
  it('the access token alone opens an API to its end, and not a moment longer', async () => {
    const credentials = { username: 'ada', password: 'right' };
    const { access_token: token, expires_in: life } = await signIn({ credentials, binding: 'refresh' });
    const request = (): Request => new Request(api, { headers: { authorization: `Bearer ${token}` } });
    await expect(verifyAccessToken(request(), { ...rules, toleranceMs: 0 })).resolves.toMatchObject({
      sub: 'user_ada',
    });
    expect(life).toBeLessThanOrEqual(300);
    on.clock.advance((life! + 1) * 1000);
    await expect(verifyAccessToken(request(), { ...rules, toleranceMs: 0 })).rejects.toMatchObject({
      code: 'token_expired',
    });
  });
});
