import { decodeJwt, EmbeddedJWK, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { webKeys } from '../../../src/client/platform/keys.ts';

test('M2: a key signs proofs that verify, and cannot be exported', async () => {
  const keys = webKeys();
  const key = await keys.create();
  if (!key) throw new Error('There is WebCrypto here.');
  const now = Date.now() + 3_600_000;
  const proof = await keys.prove(key, {
    method: 'POST',
    url: 'https://api.test/token',
    refreshToken: 'r',
    attemptKey: 'a',
    now,
  });
  await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', currentDate: new Date(now) });
  expect(decodeJwt(proof)).toMatchObject({ htm: 'POST', idk: 'a', iat: Math.floor(now / 1000) });
  await expect(crypto.subtle.exportKey('jwk', key.privateKey as CryptoKey)).rejects.toMatchObject({
    name: 'InvalidAccessError',
  });
  await expect(crypto.subtle.exportKey('pkcs8', key.privateKey as CryptoKey)).rejects.toMatchObject({
    name: 'InvalidAccessError',
  });
});
