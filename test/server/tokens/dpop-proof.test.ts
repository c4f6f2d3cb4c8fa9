import { base64url } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkDpopProof, type ProofRules, type ProvenRequest } from '../../../src/server/tokens/dpop-proof.ts';
import { createDpopNonces, nonceLifeMs, type DpopNonces } from '../../../src/server/tokens/dpop-nonces.ts';
import { createProofKeys } from '../../../src/server/tokens/proof-keys.ts';
import { createReplayGuard } from '../../../src/server/tokens/replay-guard.ts';
import { hashOf } from './hash-of.ts';
import { provingClient, type ProofParts, type ProvingClient } from './proving-client.ts';

const url = 'https://api.example.com/token';
let now = 0;
let client: ProvingClient;
let nonces: DpopNonces;
let rules: Omit<ProofRules, 'now'>;
const clock = { now: (): number => now };

beforeEach(async () => {
  now = Date.UTC(2026, 0, 5, 12);
  client = await provingClient(() => now);
  nonces = createDpopNonces({ secret: new Uint8Array(32).fill(7), clock });
  rules = { keys: createProofKeys(), nonces, replays: createReplayGuard() };
});

const check = (proof: string, request: Partial<ProvenRequest> = {}, more: Partial<ProofRules> = {}): Promise<string> =>
  checkDpopProof(proof, { method: 'POST', url, ...request }, { ...rules, now, ...more });
const prove = (parts: ProofParts = {}): Promise<string> => client.prove('POST', url, parts);
const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));

describe('a proof of possession', () => {
  it('answers the thumbprint of its key (RFC 7638)', async () => {
    await expect(check(await prove())).resolves.toBe(client.thumbprint);
  });

  it('may be signed with Ed25519, under either name', async () => {
    for (const alg of ['Ed25519', 'EdDSA']) {
      const other = await provingClient(() => now, alg);
      await expect(check(await other.prove('POST', url))).resolves.toBe(other.thumbprint);
    }
  });

  it('is for a URL whatever its query and fragment', async () => {
    await expect(check(await prove(), { url: `${url}?a=1` })).resolves.toBe(client.thumbprint);
    await expect(check(await client.prove('POST', `${url}?b=2#c`))).resolves.toBe(client.thumbprint);
    await expect(check(await client.prove('POST', 'HTTPS://API.example.com:443/token'))).resolves.toBe(
      client.thumbprint,
    );
  });

  // The checks of RFC 9449 section 4.3 by their numbers, each failing alone.
  it.each<[string, () => Promise<string> | string]>([
    ['1: two headers', async () => `${await prove()}, ${await prove()}`],
    ['2: no JWT', () => 'a.b.c'],
    ['2: nothing', () => ''],
    ['2: too long', async () => prove({ claims: { extra: 'x'.repeat(4000) } })],
    ['3: no jti', () => prove({ claims: { jti: undefined } })],
    ['3: an empty jti', () => prove({ claims: { jti: '' } })],
    ['3: a jti that is no text', () => prove({ claims: { jti: 5 } })],
    ['3: an endless jti', () => prove({ claims: { jti: 'x'.repeat(300) } })],
    ['3: no htm', () => prove({ claims: { htm: undefined } })],
    ['3: no htu', () => prove({ claims: { htu: undefined } })],
    ['3: no iat', () => prove({ claims: { iat: undefined } })],
    ['4: another type', () => prove({ header: { typ: 'JWT' } })],
    ['4: no type', () => prove({ header: { typ: undefined } })],
    [
      '5: alg none',
      async () => {
        const [, payload] = (await prove()).split('.');
        return `${encode({ alg: 'none', typ: 'dpop+jwt', jwk: client.publicJwk })}.${payload!}.`;
      },
    ],
    [
      '5: a shared secret',
      async () => {
        const { signWith, jwk } = await sharedSecret();
        return prove({ header: { alg: 'HS256', jwk }, signWith });
      },
    ],
    [
      '6: another key than the one it shows',
      async () => prove({ signWith: (await provingClient(() => now)).privateKey }),
    ],
    [
      '5: an algorithm that is not on the list',
      async () => (await provingClient(() => now, 'ES384')).prove('POST', url),
    ],
    ['6: no key', () => prove({ header: { jwk: undefined } })],
    ['6: a key that is none', () => prove({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } })],
    [
      '6: a key with members that are no text',
      () => prove({ header: { jwk: { kty: 'EC', crv: 'P-256', x: {}, y: [] } } }),
    ],
    ['7: a private key', () => prove({ header: { jwk: client.privateJwk } })],
    ['8: another method', () => client.prove('GET', url)],
    ['8: the method in lower case', () => client.prove('post', url)],
    ['9: another path', () => client.prove('POST', 'https://api.example.com/revoke')],
    ['9: another host', () => client.prove('POST', 'https://evil.example.com/token')],
    ['9: another scheme', () => client.prove('POST', 'http://api.example.com/token')],
    ['9: another port', () => client.prove('POST', 'https://api.example.com:8443/token')],
    ['9: no URL', () => client.prove('POST', '/token')],
    ['11: iat that is no number', () => prove({ claims: { iat: 'now' } })],
  ])('fails check %s', async (_name, make) => {
    await expect(check(await make())).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
  });

  it('fails check 10: a nonce that is not ours, or too old', async () => {
    const good = await nonces.issue();
    await expect(check(await prove({ claims: { nonce: good } }))).resolves.toBe(client.thumbprint);
    const bad = ['made up', '', 5, good.slice(0, -2), `B${good.slice(1)}`, `${good}AA`];
    for (const nonce of bad)
      await expect(check(await prove({ claims: { nonce } }))).rejects.toMatchObject({
        code: 'use_dpop_nonce',
      });
    const strange = createDpopNonces({ secret: new Uint8Array(32).fill(8), clock });
    await expect(check(await prove({ claims: { nonce: await strange.issue() } }))).rejects.toMatchObject({
      code: 'use_dpop_nonce',
    });
    now += nonceLifeMs;
    await expect(check(await prove({ claims: { nonce: good } }))).rejects.toMatchObject({ code: 'use_dpop_nonce' });
  });

  it('fails check 10 without a nonce where one is demanded', async () => {
    await expect(check(await prove(), {}, { demandNonce: true })).rejects.toMatchObject({ code: 'use_dpop_nonce' });
    const nonce = await nonces.issue();
    await expect(check(await prove({ claims: { nonce } }), {}, { demandNonce: true })).resolves.toBe(client.thumbprint);
  });

  it('fails check 11 when it is old or from the future, and a nonce mends a wrong clock', async () => {
    const at = (offset: number): number => now / 1000 + offset;
    for (const offset of [-60, -1, 0, 15])
      await expect(check(await prove({ claims: { iat: at(offset) } }))).resolves.toBe(client.thumbprint);
    for (const offset of [-61, 16, -86_400, 86_400]) {
      const iat = at(offset);
      await expect(check(await prove({ claims: { iat } }))).rejects.toMatchObject({
        code: 'use_dpop_nonce',
      });
      const nonce = await nonces.issue();
      await expect(check(await prove({ claims: { iat, nonce } }))).resolves.toBe(client.thumbprint);
    }
  });

  it('fails check 11 for good where no nonce could mend it', async () => {
    const proof = await prove({ claims: { iat: now / 1000 - 61 } });
    const { nonces: _, ...withoutNonces } = rules;
    await expect(checkDpopProof(proof, { method: 'POST', url }, { ...withoutNonces, now })).rejects.toMatchObject({
      code: 'invalid_dpop_proof',
    });
  });

  it('fails check 12: without the hash of the access token, or with that of another', async () => {
    const accessToken = 'the.access.token';
    const ath = hashOf(accessToken);
    await expect(check(await prove({ claims: { ath } }), { accessToken })).resolves.toBe(client.thumbprint);
    await expect(check(await prove(), { accessToken })).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
    await expect(check(await prove({ claims: { ath: hashOf('other') } }), { accessToken })).rejects.toMatchObject({
      code: 'invalid_dpop_proof',
    });
  });

  it('is good once', async () => {
    const proof = await prove();
    await check(proof);
    await expect(check(proof)).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
    now += 59_000;
    await expect(check(proof)).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
  });

  it('of another key may use the same jti', async () => {
    const other = await provingClient(() => now);
    await check(await prove({ claims: { jti: 'same' } }));
    await expect(check(await other.prove('POST', url, { claims: { jti: 'same' } }))).resolves.toBe(other.thumbprint);
  });

  it('that is refused does not use its jti up', async () => {
    const proof = await prove({ claims: { jti: 'kept' } });
    await expect(check(proof, { method: 'GET' })).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
    await expect(check(proof)).resolves.toBe(client.thumbprint);
  });

  it('names the attempt and the token where both are known', async () => {
    const claims = { idk: 'the attempt', rth: hashOf('the token') };
    const request = { claims, demandClaims: true };
    await expect(check(await prove({ claims }), request)).resolves.toBe(client.thumbprint);
    for (const wrong of [
      {},
      { idk: claims.idk },
      { rth: claims.rth },
      { ...claims, idk: 'x' },
      { ...claims, rth: 'x' },
    ])
      await expect(check(await prove({ claims: wrong }), request)).rejects.toMatchObject({
        code: 'invalid_dpop_proof',
      });
    await expect(check(await prove(), { claims })).resolves.toBe(client.thumbprint);
    await expect(check(await prove({ claims: { idk: 'x' } }), { claims })).rejects.toMatchObject({
      code: 'invalid_dpop_proof',
    });
  });
});

describe('a nonce', () => {
  it('stays the same for half a minute and then moves on', async () => {
    const first = await nonces.issue();
    now += 29_999;
    expect(await nonces.issue()).toBe(first);
    now += 1;
    expect(await nonces.issue()).not.toBe(first);
    expect(await nonces.accepts(first)).toBe(true);
  });

  it('from the future is refused: a clock set back must not make old ones good for longer', async () => {
    const nonce = await nonces.issue();
    now -= 15_001;
    expect(await nonces.accepts(nonce)).toBe(false);
  });

  it('is accepted by a server whose clock is fifteen seconds behind or ahead, and by none for longer than its life', async () => {
    const shared = { secret: new Uint8Array(32).fill(7) };
    const [behind, ahead] = [-15_000, 15_000].map((offset) =>
      createDpopNonces({ ...shared, clock: { now: () => now + offset } }),
    );
    const made = now;
    const nonce = await nonces.issue();
    for (const server of [nonces, behind!, ahead!]) expect(await server.accepts(nonce)).toBe(true);
    const tooYoung = await ahead!.issue();
    expect(await nonces.accepts(tooYoung)).toBe(true);
    expect(await behind!.accepts(tooYoung)).toBe(false);
    // From fifteen seconds before it was made: what used proofs are remembered for is enough.
    now = made + nonceLifeMs - 15_001;
    expect(await nonces.accepts(nonce)).toBe(true);
    now += 1;
    expect(await nonces.accepts(nonce)).toBe(false);
  });

  it('with any byte changed is refused', async () => {
    const bytes = base64url.decode(await nonces.issue());
    for (let at = 0; at < bytes.length; at++) {
      const changed = new Uint8Array(bytes);
      changed[at]! ^= 1;
      expect(await nonces.accepts(base64url.encode(changed))).toBe(false);
    }
  });
});

describe('the guard against replays', () => {
  it('remembers for longer than any proof is accepted', () => {
    const guard = createReplayGuard();
    expect(guard.isFirstUse('a', 0)).toBe(true);
    expect(guard.isFirstUse('a', nonceLifeMs - 1)).toBe(false);
    expect(guard.isFirstUse('a', nonceLifeMs)).toBe(false);
    expect(guard.isFirstUse('a', 3 * nonceLifeMs)).toBe(true);
  });

  it('does not grow under a flood', () => {
    const guard = createReplayGuard(100);
    for (let i = 0; i < 10_000; i++) guard.isFirstUse(`id ${i}`, 0);
    expect(guard.isFirstUse('id 9999', 0)).toBe(false);
    expect(guard.isFirstUse('id 0', 0)).toBe(true);
  });
});

async function sharedSecret(): Promise<{ signWith: CryptoKey; jwk: object }> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const raw = new Uint8Array(32);
  const signWith = await crypto.subtle.importKey('raw', raw, hmac, true, ['sign', 'verify']);
  return { signWith, jwk: { kty: 'oct', k: base64url.encode(raw) } };
}
