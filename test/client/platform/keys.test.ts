import { decodeJwt, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { webKeys } from '../../../src/client/platform/keys.ts';

afterEach(() => vi.unstubAllGlobals());

const subject = { method: 'POST', url: 'https://api.test/token?x=1#y', now: 1_800_000_000_900 };
/** SHA-256 of `secret`, base64url. */
const hashOfSecret = 'K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols';

async function make() {
  const keys = webKeys();
  const key = await keys.create();
  if (!key) throw new Error('There is WebCrypto here.');
  return { keys, key };
}

describe('keys', () => {
  test('are P-256, and the private one cannot be exported', async () => {
    const { key } = await make();
    expect(key.privateKey).toMatchObject({ extractable: false, algorithm: { name: 'ECDSA', namedCurve: 'P-256' } });
    await expect(crypto.subtle.exportKey('jwk', key.privateKey as CryptoKey)).rejects.toMatchObject({
      name: 'InvalidAccessError',
    });
  });

  test('are null where there is no WebCrypto', async () => {
    vi.stubGlobal('crypto', { getRandomValues: () => {} });
    expect(await webKeys().create()).toBeNull();
    vi.stubGlobal('crypto', undefined);
    expect(await webKeys().create()).toBeNull();
  });

  test('a proof verifies with its own key and speaks of the request', async () => {
    const { keys, key } = await make();
    const proof = await keys.prove(key, {
      ...subject,
      nonce: 'n',
      accessToken: 'secret',
      refreshToken: 'secret',
      attemptKey: 'attempt',
    });
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      currentDate: new Date(subject.now),
    });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256' } });
    expect(protectedHeader.jwk).not.toHaveProperty('d');
    expect(payload).toEqual({
      htm: 'POST',
      htu: 'https://api.test/token',
      iat: 1_800_000_000,
      jti: expect.any(String),
      nonce: 'n',
      ath: hashOfSecret,
      rth: hashOfSecret,
      idk: 'attempt',
    });
  });

  test("`iat` is the server's time, whatever this machine's clock says", async () => {
    const { keys, key } = await make();
    vi.useFakeTimers({ now: 0, toFake: ['Date'] });
    try {
      expect(decodeJwt(await keys.prove(key, subject)).iat).toBe(1_800_000_000);
    } finally {
      vi.useRealTimers();
    }
  });

  test('what a proof does not speak of is not in it, and no two are the same', async () => {
    const { keys, key } = await make();
    const [a, b] = await Promise.all([keys.prove(key, subject), keys.prove(key, subject)]);
    expect(Object.keys(decodeJwt(a)).toSorted()).toEqual(['htm', 'htu', 'iat', 'jti']);
    expect(decodeJwt(a).jti).not.toBe(decodeJwt(b).jti);
    expect(decodeProtectedHeader(a).jwk).toEqual(decodeProtectedHeader(b).jwk);
  });
});
