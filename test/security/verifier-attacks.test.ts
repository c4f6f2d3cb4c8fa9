import fc from 'fast-check';
import { base64url, exportSPKI, importJWK, type CryptoKey, type JWK } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createAccessTokens } from '../../src/server/tokens/access-tokens.ts';
import { memoryKeyStore } from '../../src/server/tokens/key-store.ts';
import { generateSigningKey, loadSigningKey, type SigningKey } from '../../src/server/tokens/signing-key.ts';
import { verifyAccessToken, type AccessClaims, type VerifyAccessTokenOptions } from '../../src/server/verify.ts';
import { aSession } from '../server/tokens/a-session.ts';

const now = Date.UTC(2026, 0, 5, 12);
const seconds = now / 1000;
type Members = Record<string, unknown>;

let ours: SigningKey;
let stranger: SigningKey;
let rules: VerifyAccessTokenOptions;
let good: string;

beforeAll(async () => {
  const times = { now, signsFrom: now };
  const [stored, other] = [await generateSigningKey('ES256', times), await generateSigningKey('EdDSA', times)];
  const keyStore = memoryKeyStore();
  await keyStore.add(stored);
  ours = await loadSigningKey(stored);
  stranger = await loadSigningKey(await generateSigningKey('ES256', times));
  const tokens = createAccessTokens({
    issuer: 'https://i',
    audience: 'https://a',
    keyStore,
    clock: { now: () => now },
  });
  good = (await tokens.issue({ session: aSession(), stamp: 1, bound: false })).token;
  // A second key of another kind, as during a change of algorithm.
  const keys = [...(await tokens.keySet()).keys, (await loadSigningKey(other)).publicJwk as JWK];
  rules = { jwks: { keys }, issuer: 'https://i', audience: 'https://a', now: () => now };
});

const verify = (token: string): Promise<AccessClaims> =>
  verifyAccessToken(new Request('https://a/', { headers: { authorization: `Bearer ${token}` } }), rules);
const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));
const partsOf = (token: string): [string, string, string] => token.split('.') as [string, string, string];
const claims = (): Members => JSON.parse(new TextDecoder().decode(base64url.decode(partsOf(good)[1]))) as Members;

/** Signs whatever it is told to, by whatever key. */
async function sign(header: Members, payload: Members, key: CryptoKey = ours.signWith): Promise<string> {
  const text = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: ours.kid, ...header })}.${encode({ ...claims(), ...payload })}`;
  const how = key.algorithm.name === 'HMAC' ? 'HMAC' : { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(how, key, new TextEncoder().encode(text));
  return `${text}.${base64url.encode(new Uint8Array(signature))}`;
}

/** The bytes of our public key in every form in which somebody may have taken it for a secret. */
async function publicForms(): Promise<Uint8Array<ArrayBuffer>[]> {
  const jwk = ours.publicJwk as JWK;
  const key = (await importJWK(jwk, 'ES256', { extractable: true })) as CryptoKey;
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', key));
  const texts = [JSON.stringify(jwk), await exportSPKI(key), `${await exportSPKI(key)}\n`, String(jwk.x), ours.kid];
  return [
    spki,
    new Uint8Array(await crypto.subtle.exportKey('raw', key)),
    ...texts.map((text) => new TextEncoder().encode(text)),
  ];
}

const hmacKey = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);

async function expectRefused(token: string, code: string | RegExp = 'invalid_token'): Promise<void> {
  const matching = typeof code === 'string' ? code : expect.stringMatching(code);
  await expect(verify(token), token).rejects.toMatchObject({ code: matching, status: 401 });
}

describe('verifyAccessToken', () => {
  it('takes the token that all forgeries are made of', async () => {
    await expect(verify(good)).resolves.toMatchObject({ sub: 'user_ada' });
    await expect(verify(await sign({}, {}))).resolves.toMatchObject({ sub: 'user_ada' });
  });

  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'RS256', 'ES384', 'EdDSA', null, ['ES256']])(
    'refuses the algorithm %j, signed or not',
    async (alg) => {
      const head = encode({ alg, typ: 'at+jwt', kid: ours.kid });
      const [, body, signature] = partsOf(good);
      for (const end of ['', signature]) await expectRefused(`${head}.${body}.${end}`, /invalid_token|unauthenticated/);
      await expectRefused(await sign({ alg }, {}));
    },
  );

  it('refuses a public key used as a secret, in any form, also where secrets are allowed', async () => {
    const allowed = { ...rules, algorithms: ['ES256', 'EdDSA', 'HS256'] };
    for (const bytes of await publicForms()) {
      const token = await sign({ alg: 'HS256' }, {}, await hmacKey(bytes));
      await expectRefused(token);
      const request = new Request('https://a/', { headers: { authorization: `Bearer ${token}` } });
      await expect(verifyAccessToken(request, allowed)).rejects.toMatchObject({ code: 'invalid_token' });
    }
  });

  it.each<[string, () => Members]>([
    ['jwk', () => ({ jwk: stranger.publicJwk })],
    ['jwk, and the name of the key in it', () => ({ jwk: stranger.publicJwk, kid: stranger.kid })],
    ['jku', () => ({ jku: 'https://evil.example/jwks.json', kid: stranger.kid })],
    ['x5u', () => ({ x5u: 'https://evil.example/chain.pem' })],
    ['x5c', () => ({ x5c: ['AAAA'] })],
    ['kid of another kind of key', () => ({ kid: (rules.jwks as { keys: JWK[] }).keys[1]?.kid })],
    ['kid that is a path', () => ({ kid: '../../dev/null' })],
    ['kid that is empty', () => ({ kid: '' })],
    ['kid that is a list', () => ({ kid: [ours.kid] })],
  ])('takes no key from the header %s, and fetches nothing for it', async (_name, header) => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('Nothing is to be fetched.'));
    try {
      await expectRefused(await sign(header(), {}, stranger.signWith));
      expect(fetched).not.toHaveBeenCalled();
    } finally {
      fetched.mockRestore();
    }
  });

  it.each<[string, Members, Members, string?]>([
    ['of the type JWT', { typ: 'JWT' }, {}],
    ['of the type of a proof', { typ: 'dpop+jwt' }, {}],
    ['of the type of a logout', { typ: 'logout+jwt' }, {}],
    ['of no type', { typ: undefined }, {}],
    ['for another audience', {}, { aud: 'https://b' }],
    ['for a list without us', {}, { aud: ['https://b', 'https://c'] }],
    ['for an audience that begins like ours', {}, { aud: 'https://a.evil.example' }],
    ['of another issuer', {}, { iss: 'https://i/' }],
    ['that has ended', {}, { exp: seconds - 6 }, 'token_expired'],
    ['without an end', {}, { exp: undefined }],
    ['issued in the future', {}, { iat: seconds + 61 }],
    ['not valid yet', {}, { nbf: seconds + 6 }],
    ['that demands an extension', { crit: ['x'], x: 1 }, {}],
  ])('refuses a token %s, though we have signed it', async (_name, header, payload, code) => {
    await expectRefused(await sign(header, payload), code);
  });

  it('refuses a token that was cut anywhere, or lengthened', async () => {
    for (let length = 0; length < good.length; length += 1)
      await expectRefused(good.slice(0, length), /invalid_token|unauthenticated/);
    for (const more of ['A', '.', '.A', `.${good}`, '='])
      await expectRefused(good + more, /invalid_token|unauthenticated/);
  });

  it('refuses a token with any bits flipped', async () => {
    const bytes = partsOf(good).map((part) => base64url.decode(part));
    const flip = fc.record({ part: fc.nat(2), at: fc.nat(5000), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 3 }), async (flips) => {
        const changed = bytes.map((part) => new Uint8Array(part));
        for (const { part, at, bit } of flips) changed[part]![at % changed[part]!.length]! ^= 1 << bit;
        const token = changed.map((part) => base64url.encode(part)).join('.');
        // Two flips can undo each other.
        if (token !== good) await expectRefused(token, /invalid_token|unauthenticated/);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses parts of different tokens that were put together', async () => {
    const eves = await sign({ extra: 'another header' }, { sub: 'user_eve' });
    await expect(verify(eves)).resolves.toMatchObject({ sub: 'user_eve' });
    const [one, other] = [partsOf(good), partsOf(eves)];
    for (const mask of [1, 2, 3, 4, 5, 6])
      await expectRefused([0, 1, 2].map((at) => ((mask >> at) & 1 ? one : other)[at]).join('.'));
  });
});
