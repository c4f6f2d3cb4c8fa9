import { createLocalJWKSet, decodeJwt, type JWTVerifyGetKey } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAccessTokens, type AccessTokens } from '../../../src/server/tokens/access-tokens.ts';
import {
  createAccessTokenVerifier,
  createDpopNonces,
  DpopNonceRequired,
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

const bearer = async (): Promise<string> => (await tokens.issue({ session: aSession(), stamp: 1, bound: false })).token;
const bound = async (): Promise<string> =>
  (await tokens.issue({ session: aSession({ keyThumbprint: client.thumbprint }), stamp: 1, bound: true })).token;
const request = (headers: Record<string, string>): Request => new Request(url, { headers });

describe('verifyAccessToken', () => {
  it('answers the claims of a good token, in any way of having keys', async () => {
    const token = await bearer();
    const asked = request({ authorization: `Bearer ${token}` });
    await expect(verifyAccessToken(asked, options)).resolves.toEqual(decodeJwt(token));
    const jwks = createLocalJWKSet(await tokens.keySet());
    await expect(verifyAccessToken(asked, { ...options, jwks })).resolves.toMatchObject({ sub: 'user_ada' });
  });

  it.each<[string, string, Record<string, string>]>([
    ['nothing', 'unauthenticated', {}],
    ['another scheme', 'unauthenticated', { authorization: 'Basic abc' }],
    ['a scheme alone', 'unauthenticated', { authorization: 'Bearer ' }],
    ['nonsense', 'invalid_token', { authorization: 'Bearer abc' }],
  ])('refuses %s', async (_name, code, headers) => {
    await expect(verifyAccessToken(request(headers), options)).rejects.toMatchObject({ code, status: 401 });
  });

  it('refuses a key set that is none, at once and with what to do', () => {
    expect(() => createAccessTokenVerifier({ ...options, jwks: 'https://i/jwks.json' as never })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('createRemoteJWKSet') }),
    );
  });

  // `process.env.AUDIENCE` that nobody set: every token of the issuer would pass, those for other APIs, too.
  it.each<[string, object]>([
    ['no audience', { audience: undefined }],
    ['an empty audience', { audience: '' }],
    ['an empty list of audiences', { audience: [] }],
    ['a list of audiences with a gap', { audience: ['https://a', undefined] }],
    ['an audience that is no text', { audience: new URL('https://a') }],
    ['no issuer', { issuer: undefined }],
    ['an empty issuer', { issuer: '' }],
    ['a list of issuers', { issuer: ['https://i'] }],
  ])('refuses to work with %s, at once', (_what, wrong) => {
    const invalid = expect.objectContaining({
      code: 'invalid_argument',
      message: expect.stringContaining(`\`${Object.keys(wrong)[0]}\``),
    });
    expect(() => createAccessTokenVerifier({ ...options, ...wrong })).toThrow(invalid);
    expect(() => verifyAccessToken(request({}), { ...options, ...wrong })).toThrow(invalid);
  });

  it('remembers a good token for a minute and never beyond its end, and asks for the proof each time', async () => {
    let asked = 0;
    const jwks = createLocalJWKSet(await tokens.keySet());
    const counted: JWTVerifyGetKey = (...args) => (asked++, jwks(...args));
    const verify = createAccessTokenVerifier({ ...options, jwks: counted });
    const token = await bearer();
    const asking = (): Promise<unknown> => verify(request({ authorization: `Bearer ${token}` }));
    await asking();
    await asking();
    expect(asked).toBe(1);
    now += 60_000;
    await asking();
    expect(asked).toBe(2);
    now = decodeJwt(token).exp! * 1000 + 5000;
    await expect(asking()).rejects.toMatchObject({ code: 'token_expired' });

    now = Date.UTC(2026, 0, 5, 12);
    const held = await bound();
    const proof = await client.prove('GET', url, { claims: { ath: hashOf(held) } });
    await verify(request({ authorization: `DPoP ${held}`, dpop: proof }));
    await expect(verify(request({ authorization: `DPoP ${held}` }))).rejects.toMatchObject({
      code: 'invalid_dpop_proof',
    });
  });

  it('allows five seconds between clocks, and no more', async () => {
    const token = await bearer();
    const { exp } = decodeJwt(token);
    now = exp! * 1000 + 4999;
    await expect(verifyAccessToken(request({ authorization: `Bearer ${token}` }), options)).resolves.toMatchObject({
      exp,
    });
    now += 1;
    await expect(verifyAccessToken(request({ authorization: `Bearer ${token}` }), options)).rejects.toMatchObject({
      code: 'token_expired',
    });
  });

  it('accepts a bound token only with a proof of its key, for this request and this token', async () => {
    const token = await bound();
    const other = await provingClient(() => now);
    const ath = hashOf(token);
    const withProof = (dpop: string, scheme = 'DPoP'): Request =>
      request({ authorization: `${scheme} ${token}`, dpop });
    const good = await client.prove('GET', url, { claims: { ath } });
    await expect(verifyAccessToken(withProof(good), options)).resolves.toMatchObject({
      cnf: { jkt: client.thumbprint },
    });

    const refused: Array<[Request, string]> = [
      [request({ authorization: `Bearer ${token}` }), 'invalid_token'],
      [withProof(good, 'Bearer'), 'invalid_token'],
      [request({ authorization: `DPoP ${token}` }), 'invalid_dpop_proof'],
      [withProof(await other.prove('GET', url, { claims: { ath } })), 'invalid_dpop_proof'],
      [withProof(await client.prove('POST', url, { claims: { ath } })), 'invalid_dpop_proof'],
      [withProof(await client.prove('GET', url)), 'invalid_dpop_proof'],
      [request({ authorization: `DPoP ${await bearer()}`, dpop: good }), 'invalid_token'],
    ];
    for (const [asked, code] of refused)
      await expect(verifyAccessToken(asked, options)).rejects.toMatchObject({ code, status: 401 });
  });

  it('gives a nonce to a client with a wrong clock, which then gets in with it', async () => {
    const long = { issuer: 'https://i', audience: 'https://a', life: '1h', clock: { now: () => now } };
    tokens = createAccessTokens(long);
    options = { ...options, jwks: await tokens.keySet() };
    const token = await bound();
    const nonces = createDpopNonces({ secret: new Uint8Array(32).fill(7), clock: { now: () => now } });
    const verify = createAccessTokenVerifier({ ...options, nonces });
    const wrong = Math.floor(now / 1000) - 86_400;
    const asked = async (claims: Record<string, unknown>): Promise<Request> =>
      request({
        authorization: `DPoP ${token}`,
        dpop: await client.prove('GET', url, { claims: { ath: hashOf(token), iat: wrong, ...claims } }),
      });
    const error = await verify(await asked({})).catch((thrown: unknown) => thrown);
    if (!(error instanceof DpopNonceRequired)) throw error;
    expect([error.code, error.status]).toEqual(['use_dpop_nonce', 401]);
    expect(new Headers(error.headers).get('www-authenticate')).toContain('DPoP error="use_dpop_nonce"');
    const nonce = new Headers(error.headers).get('dpop-nonce')!;
    await expect(verify(await asked({ nonce }))).resolves.toMatchObject({ sub: 'user_ada' });
    await expect(verify(await asked({ nonce: 'made up' }))).rejects.toBeInstanceOf(DpopNonceRequired);
    now += 300_000;
    await expect(verify(await asked({ nonce }))).rejects.toBeInstanceOf(DpopNonceRequired);
    // Without nonces the age is all there is.
    now -= 300_000;
    const strict = createAccessTokenVerifier(options);
    await expect(strict(await asked({}))).rejects.toMatchObject({ code: 'invalid_dpop_proof', status: 401 });
  });

  it('demands a nonce in every proof when told to', async () => {
    const token = await bound();
    const nonces = createDpopNonces({ secret: new Uint8Array(32).fill(7), clock: { now: () => now } });
    const verify = createAccessTokenVerifier({ ...options, nonces, demandNonce: true });
    const asked = async (claims: Record<string, unknown>): Promise<Request> =>
      request({
        authorization: `DPoP ${token}`,
        dpop: await client.prove('GET', url, { claims: { ath: hashOf(token), ...claims } }),
      });
    await expect(verify(await asked({}))).rejects.toBeInstanceOf(DpopNonceRequired);
    await expect(verify(await asked({ nonce: await nonces.issue() }))).resolves.toMatchObject({ sub: 'user_ada' });
    expect(() => createDpopNonces({ secret: new Uint8Array(31) })).toThrow(/32 random bytes/);
  });

  it('takes the URL that the client called from who knows it', async () => {
    const token = await bound();
    const dpop = await client.prove('GET', 'https://public.example.com/x', { claims: { ath: hashOf(token) } });
    const asked = request({ authorization: `DPoP ${token}`, dpop });
    await expect(verifyAccessToken(asked, { ...options, url: 'https://public.example.com/x' })).resolves.toMatchObject({
      gen: 3,
    });
  });

  it('asks for the URL of each request where there are many', async () => {
    const token = await bound();
    const verify = createAccessTokenVerifier({
      ...options,
      url: (asked) => `https://public.example.com${new URL(asked.url).pathname}`,
    });
    for (const path of ['/x', '/y?page=2']) {
      const outside = await client.prove('GET', `https://public.example.com${path}`, {
        claims: { ath: hashOf(token) },
      });
      const internal = await client.prove('GET', `http://10.0.0.7${path}`, { claims: { ath: hashOf(token) } });
      const asked = (dpop: string): Request =>
        new Request(`http://10.0.0.7${path}`, { headers: { authorization: `DPoP ${token}`, dpop } });
      await expect(verify(asked(internal))).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
      await expect(verify(asked(outside))).resolves.toMatchObject({ sub: 'user_ada' });
    }
  });

  it('does not call a token bad when the keys cannot be had', async () => {
    const jwks = (): never => {
      throw new TypeError('fetch failed');
    };
    const asked = request({ authorization: `Bearer ${await bearer()}` });
    await expect(verifyAccessToken(asked, { ...options, jwks })).rejects.toMatchObject({
      code: 'server_error',
      retryable: true,
      status: 503,
    });
  });

  it('knows no secret algorithm unless told', async () => {
    const secret = createAccessTokens({
      issuer: 'https://i',
      audience: 'https://a',
      algorithm: 'HS256',
      clock: { now: () => now },
    });
    const { token } = await secret.issue({ session: aSession(), stamp: 1, bound: false });
    const asked = request({ authorization: `Bearer ${token}` });
    await expect(verifyAccessToken(asked, options)).rejects.toMatchObject({ code: 'invalid_token' });
  });
});
