import { base64url, decodeJwt, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAccessTokens, type AccessTokens } from '../../../src/server/tokens/access-tokens.ts';
import { memoryKeyStore } from '../../../src/server/tokens/key-store.ts';
import { generateSigningKey, loadSigningKey, type SigningKey } from '../../../src/server/tokens/signing-key.ts';
import { aSession } from './a-session.ts';

const now = Date.UTC(2026, 0, 5, 12);
const seconds = now / 1000;
let tokens: AccessTokens;
let good: string;
let ours: SigningKey;
let stranger: SigningKey;

beforeAll(async () => {
  const keyStore = memoryKeyStore();
  const stored = await generateSigningKey('ES256', { now, signsFrom: now });
  await keyStore.add(stored);
  ours = await loadSigningKey(stored);
  stranger = await loadSigningKey(await generateSigningKey('ES256', { now, signsFrom: now }));
  tokens = createAccessTokens({ issuer: 'https://i', audience: 'https://a', keyStore, clock: { now: () => now } });
  good = (await tokens.issue({ session: aSession(), stamp: 1, bound: false })).token;
});

/** A token of ours with one thing changed. */
function forge(
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
  key: CryptoKey | Uint8Array = ours.signWith,
): Promise<string> {
  const payload = { ...decodeJwt(good), ...claims } as JWTPayload;
  for (const [name, value] of Object.entries(claims)) if (value === undefined) delete payload[name];
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: ours.kid, ...header }).sign(key);
}

/** jose signs no header that it does not understand. */
async function resigned(header: Record<string, unknown>): Promise<string> {
  const input = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: ours.kid, ...header })}.${good.split('.')[1]!}`;
  const how = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(how, ours.signWith, new TextEncoder().encode(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}

const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));

describe('a forged access token', () => {
  it('is told from a good one', async () => {
    await expect(tokens.verify(await forge({}))).resolves.toMatchObject({ sub: 'user_ada' });
    await expect(tokens.verify(await resigned({}))).resolves.toMatchObject({ sub: 'user_ada' });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['signed by a stranger under our key id', () => forge({}, {}, stranger.signWith)],
    ['of an unknown key id', () => forge({}, { kid: 'unknown' }, stranger.signWith)],
    ['without a key id', () => forge({}, { kid: undefined })],
    [
      'with alg none and no signature',
      () => `${encode({ alg: 'none', typ: 'at+jwt', kid: ours.kid })}.${good.split('.')[1]!}.`,
    ],
    [
      'with alg none and our signature',
      () => `${encode({ alg: 'none', typ: 'at+jwt', kid: ours.kid })}.${good.split('.').slice(1).join('.')}`,
    ],
    [
      'with HS256 and our public key as the secret',
      () => forge({}, { alg: 'HS256' }, new TextEncoder().encode(JSON.stringify(ours.publicJwk))),
    ],
    [
      'with a key of its own in the header',
      () => forge({}, { jwk: stranger.publicJwk, kid: stranger.kid }, stranger.signWith),
    ],
    [
      'with a key set of its own in the header',
      () => forge({}, { jku: 'https://evil/jwks', kid: 'evil' }, stranger.signWith),
    ],
    ['of type JWT', () => forge({}, { typ: 'JWT' })],
    ['of no type', () => forge({}, { typ: undefined })],
    ['of the type of a proof', () => forge({}, { typ: 'dpop+jwt' })],
    ['of another issuer', () => forge({ iss: 'https://other' })],
    ['for another audience', () => forge({ aud: 'https://other' })],
    ['without an audience', () => forge({ aud: undefined })],
    ['without an end', () => forge({ exp: undefined })],
    ['without a session', () => forge({ sid: undefined })],
    ['without a stamp', () => forge({ session_stamp: undefined })],
    ['with a stamp that is text', () => forge({ session_stamp: '1' })],
    ['with an end that is text', () => forge({ exp: String(seconds + 100) })],
    ['with a user that is an object', () => forge({ sub: { id: 'user_ada' } })],
    ['with a confirmation that is no thumbprint', () => forge({ cnf: { jkt: 5 } })],
    ['issued in the future', () => forge({ iat: seconds + 61 })],
    ['not yet valid', () => forge({ nbf: seconds + 10 })],
    ['that demands an extension', () => resigned({ crit: ['x'], x: 1 })],
    ['of two parts', () => good.split('.').slice(0, 2).join('.')],
    ['of four parts', () => `${good}.x`],
    ['with white space', () => ` ${good}`],
    ['that is empty', () => ''],
    ['that is long', () => `${good}${'A'.repeat(9000)}`],
    ['that is no base64url', () => good.replace(/^./, '!')],
  ])('%s is invalid_token', async (_name, make) => {
    await expect(tokens.verify(await make())).rejects.toMatchObject({ code: 'invalid_token', status: 401 });
  });

  it('that has expired is token_expired', async () => {
    await expect(tokens.verify(await forge({ exp: seconds }))).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('with any one bit flipped is refused', async () => {
    const [header, payload, signature] = good.split('.').map((part) => base64url.decode(part)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const parts = [header, payload, signature];
    for (const [which, part] of parts.entries())
      for (let at = 0; at < part.length; at += which === 2 ? 1 : 7) {
        const flipped = new Uint8Array(part);
        flipped[at]! ^= 1 << (at % 8);
        const token = parts.map((each, index) => base64url.encode(index === which ? flipped : each)).join('.');
        await expect(tokens.verify(token)).rejects.toMatchObject({
          code: 'invalid_token',
        });
      }
  });

  it('says nothing of the token in its error', async () => {
    const error = await tokens.verify(await forge({ iss: 'https://other' })).catch((caught: unknown) => caught);
    expect(String(error)).not.toContain('eyJ');
    expect(String(error)).not.toContain('other');
  });
});
