import { base64url, decodeJwt, EncryptJWT, SignJWT, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createAccessTokens } from '../../../src/server/tokens/access-tokens.ts';
import { memoryKeyStore } from '../../../src/server/tokens/key-store.ts';
import { createSessionTokens, type SessionTokens } from '../../../src/server/tokens/session-tokens.ts';
import { generateSigningKey, loadSigningKey, type SigningKey } from '../../../src/server/tokens/signing-key.ts';
import { createSecretKeys, type SecretKeys } from '../../../src/server/tokens/token-secrets.ts';
import { createWorld, type World } from '../engine/world.ts';

const secret = new Uint8Array(32).fill(3);
let world: World;
let tokens: SessionTokens;
let good: string;
let ours: SecretKeys;
let stranger: SecretKeys;
let publicKeys: SessionTokens;
let signingKey: SigningKey;
const keyStore = memoryKeyStore();

beforeAll(async () => {
  world = createWorld(createMemoryStore());
  const { clock } = world;
  tokens = createSessionTokens({ secret, clock });
  const { session } = await world.sessions.create({ userId: 'ada', data: { mine: 1 } });
  good = await tokens.issue(session, { encrypt: true });
  [ours, stranger] = (await createSecretKeys([secret, new Uint8Array(32).fill(4)])()) as [SecretKeys, SecretKeys];
  const stored = await generateSigningKey('ES256', { now: clock.at, signsFrom: clock.at });
  await keyStore.add(stored);
  signingKey = await loadSigningKey(stored);
  publicKeys = createSessionTokens({ secret, keys: { algorithm: 'ES256', keyStore }, clock });
});

const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));

/** A token of ours with something changed; undefined removes. */
function forged(
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
  key: CryptoKey | Uint8Array = ours.signing.signWith,
): Promise<string> {
  const payload: JWTPayload = { ...decodeJwt(good), ...claims };
  for (const [name, value] of Object.entries(claims)) if (value === undefined) delete payload[name];
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: ours.kid, ...header }).sign(key);
}

function dataFor(sid: string, header: Record<string, unknown> = {}, key: CryptoKey = ours.encryption): Promise<string> {
  const whole = { alg: 'dir', enc: 'A256GCM', kid: ours.kid, typ: 'sd+jwe', ...header };
  return new EncryptJWT({ sid, data: { stolen: true } }).setProtectedHeader(whole).encrypt(key);
}

const ownId = (): string => String(decodeJwt(good)['sid']);

describe('a forged session token', () => {
  test('is told from a good one', async () => {
    await expect(tokens.verify(await forged({}), world.sessions)).resolves.toMatchObject({ data: { mine: 1 } });
    const edata = await dataFor(ownId());
    await expect(tokens.verify(await forged({ edata }), world.sessions)).resolves.toMatchObject({
      data: { stolen: true },
    });
  });

  test.each<[string, () => Promise<string> | string]>([
    ['signed by a stranger', () => forged({}, {}, stranger.signing.signWith)],
    [
      'signed by a stranger under a name of their own',
      () => forged({}, { kid: stranger.kid }, stranger.signing.signWith),
    ],
    ['without the name of a key', () => forged({}, { kid: undefined })],
    ['signed with the secret itself', () => forged({}, {}, secret)],
    ['with alg none', () => `${encode({ alg: 'none', typ: 'JWT', kid: ours.kid })}.${good.split('.')[1]!}.`],
    [
      'with alg none and something for a signature',
      () => `${encode({ alg: 'none', typ: 'JWT', kid: ours.kid })}.${good.split('.')[1]!}.${good.split('.')[2]!}`,
    ],
    ['with another algorithm of the same secret', () => forged({}, { alg: 'HS512' }, new Uint8Array(64).fill(3))],
    ['of the type of access tokens', () => forged({}, { typ: 'at+jwt' })],
    ['without a type', () => forged({}, { typ: undefined })],
    ['without a session', () => forged({ sid: undefined })],
    ['without a user', () => forged({ sub: undefined })],
    ['without a generation', () => forged({ gen: undefined })],
    ['without a session type', () => forged({ session_type: undefined })],
    ['with a header that nobody understands', () => resigned({ crit: ['x'], x: 1 })],
    ['with data of another session', async () => forged({ edata: await dataFor('session_other') })],
    [
      "with data in a stranger's encryption",
      async () => forged({ edata: await dataFor(ownId(), {}, stranger.encryption) }),
    ],
    ['with data under an unknown name', async () => forged({ edata: await dataFor(ownId(), { kid: 'x' }) })],
    ['with data of another type', async () => forged({ edata: await dataFor(ownId(), { typ: 'JWT' }) })],
    ['with data that is not encrypted', () => forged({ edata: encode({ stolen: true }) })],
    ['with data that is an object', () => forged({ edata: { stolen: true } })],
  ])('%s is refused', async (_, make) => {
    await expect(tokens.verify(await make(), world.sessions)).rejects.toMatchObject({
      code: 'invalid_token',
      status: 401,
    });
  });

  test('under a public key used as a secret is refused', async () => {
    const { keys } = await publicKeys.keySet();
    const raw = new TextEncoder().encode(JSON.stringify(keys[0]));
    for (const key of [raw, base64url.decode(keys[0]!.x!)])
      for (const alg of ['HS256', 'ES256'])
        await expect(
          publicKeys.verify(await forgedHmac(alg, signingKey.kid, key), world.sessions),
        ).rejects.toMatchObject({ code: 'invalid_token' });
  });

  test('by the secret is refused where tokens are signed with keys, and the other way round', async () => {
    const { session } = (await tokens.verify(good, world.sessions))!;
    await expect(publicKeys.verify(good, world.sessions)).rejects.toMatchObject({ code: 'invalid_token' });
    await expect(tokens.verify(await publicKeys.issue(session), world.sessions)).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });
});

describe('a session token where another kind is expected', () => {
  test('is no access token, and an access token is none, also when the same key signed both', async () => {
    const issuer = 'https://i';
    const audience = 'https://a';
    const { clock } = world;
    const access = createAccessTokens({ issuer, audience, keyStore, clock });
    const session = createSessionTokens({ secret, keys: { algorithm: 'ES256', keyStore }, issuer, audience, clock });
    const one = (await world.sessions.create({ userId: 'ada' })).session;
    const accessToken = (await access.issue({ session: one, stamp: 1, bound: false })).token;
    const sessionToken = await session.issue(one);
    await access.verify(accessToken);
    await session.verify(sessionToken, world.sessions);
    await expect(access.verify(sessionToken)).rejects.toMatchObject({ code: 'invalid_token' });
    await expect(session.verify(accessToken, world.sessions)).rejects.toMatchObject({ code: 'invalid_token' });
    const disguised = await new SignJWT({ ...decodeJwt(accessToken), ...decodeJwt(sessionToken) })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: signingKey.kid })
      .sign(signingKey.signWith);
    await expect(access.verify(disguised)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  test('S51: its data alone is no token', async () => {
    const edata = String(decodeJwt(good)['edata']);
    await expect(tokens.verify(edata, world.sessions)).rejects.toMatchObject({ code: 'invalid_token' });
  });
});

/** jose signs no header that it does not understand. */
async function resigned(header: Record<string, unknown>): Promise<string> {
  const input = `${encode({ alg: 'HS256', typ: 'JWT', kid: ours.kid, ...header })}.${good.split('.')[1]!}`;
  const signature = await crypto.subtle.sign('HMAC', ours.signing.signWith, new TextEncoder().encode(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}

/** A header that claims any algorithm over an HMAC. */
async function forgedHmac(alg: string, kid: string, secretKey: Uint8Array): Promise<string> {
  const input = `${encode({ alg, typ: 'JWT', kid })}.${good.split('.')[1]!}`;
  const key = await crypto.subtle.importKey(
    'raw',
    new Uint8Array(secretKey),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}
