import { createLocalJWKSet } from 'jose';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { createAccessTokens, type AccessTokens } from '../../../src/server/tokens/access-tokens.ts';
import {
  createAccessTokenVerifier,
  createRemoteJWKSet,
  createReplayGuard,
  verifyAccessToken,
  type VerifyAccessTokenOptions,
} from '../../../src/server/verify.ts';
import { aSession } from './a-session.ts';
import { hashOf } from './hash-of.ts';
import { provingClient, type ProvingClient } from './proving-client.ts';

const url = 'https://api.example.com/things?page=2';
let now = 0;
let tokens: AccessTokens;
let client: ProvingClient;
let options: VerifyAccessTokenOptions;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 5, 12);
  tokens = createAccessTokens({ issuer: 'https://i', audience: 'https://a', clock: { now: () => now } });
  client = await provingClient(() => now);
  options = { jwks: await tokens.keySet(), issuer: 'https://i', audience: 'https://a', now: () => now };
});

const bound = async (): Promise<string> =>
  (await tokens.issue({ session: aSession({ keyThumbprint: client.thumbprint }), stamp: 1, bound: true })).token;
const request = (headers: Record<string, string>): Request => new Request(url, { headers });

describe('verifyAccessToken takes a proof once', () => {
  const used = { code: 'invalid_dpop_proof', status: 401, message: expect.stringContaining('used before') };
  const proven = async (): Promise<() => Request> => {
    const token = await bound();
    const dpop = await client.prove('GET', url, { claims: { ath: hashOf(token) } });
    return () => request({ authorization: `DPoP ${token}`, dpop });
  };

  it.each<[string, () => Promise<VerifyAccessTokenOptions['jwks']>]>([
    ['a key set', async () => tokens.keySet()],
    ['a key set of jose', async () => createLocalJWKSet(await tokens.keySet())],
    ['a key set of another machine', async () => createRemoteJWKSet(new URL('https://i/jwks.json'))],
  ])('with nothing but %s', async (_what, keys) => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(await tokens.keySet()));
    const jwks = await keys();
    const [first, second] = [await proven(), await proven()];
    // The options are others each time, as where they are written in a route.
    await verifyAccessToken(first(), { ...options, jwks });
    await expect(verifyAccessToken(first(), { ...options, jwks })).rejects.toMatchObject(used);
    await expect(createAccessTokenVerifier({ ...options, jwks })(first())).rejects.toMatchObject(used);
    await verifyAccessToken(second(), { ...options, jwks });
    fetched.mockRestore();
  });

  it('also where the very same request is checked a second time', async () => {
    const asked = (await proven())();
    await verifyAccessToken(asked, options);
    await expect(verifyAccessToken(asked, options)).rejects.toMatchObject(used);
  });

  it('and does not mark the key set for anybody to see', async () => {
    const jwks = await tokens.keySet();
    const before = JSON.stringify(jwks);
    await verifyAccessToken((await proven())(), { ...options, jwks });
    expect([JSON.stringify(jwks), Object.keys(jwks), structuredClone(jwks)]).toEqual([before, ['keys'], jwks]);
  });

  it('in each verifier alone where the key set is frozen', async () => {
    const jwks = Object.freeze(await tokens.keySet());
    const [verify, asked] = [createAccessTokenVerifier({ ...options, jwks }), await proven()];
    await verify(asked());
    await expect(verify(asked())).rejects.toMatchObject(used);
    await createAccessTokenVerifier({ ...options, jwks })(asked());
  });

  it('where it is given a memory that others share', async () => {
    const replays = createReplayGuard();
    const asked = await proven();
    await verifyAccessToken(asked(), { ...options, jwks: await tokens.keySet(), replays });
    const elsewhere = { ...options, jwks: createLocalJWKSet(await tokens.keySet()), replays };
    await expect(verifyAccessToken(asked(), elsewhere)).rejects.toMatchObject(used);
  });

  it('or as often as it comes within its minute, when told not to look', async () => {
    const asked = await proven();
    const verify = createAccessTokenVerifier({ ...options, replays: false });
    for (let i = 0; i < 3; i++) await expect(verify(asked())).resolves.toMatchObject({ sub: 'user_ada' });
    now += 61_000;
    await expect(verify(asked())).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
  });

  it('waits for a guard that has to ask, and says so when the guard cannot', async () => {
    const token = await bound();
    const used = new Set<string>();
    const isFirstUse = async (id: string): Promise<boolean> => used.size < used.add(id).size;
    const verify = createAccessTokenVerifier({ ...options, replays: { isFirstUse } });
    const asked = async (): Promise<Request> =>
      request({
        authorization: `DPoP ${token}`,
        dpop: await client.prove('GET', url, { claims: { ath: hashOf(token), jti: 'one' } }),
      });
    await verify(await asked());
    await expect(verify(await asked())).rejects.toMatchObject({ code: 'invalid_dpop_proof' });

    const away = new SessionError('store_unavailable', 'Redis is away.', { status: 503 });
    const failing = createAccessTokenVerifier({ ...options, replays: { isFirstUse: () => Promise.reject(away) } });
    await expect(failing(await asked())).rejects.toBe(away);
  });
});
