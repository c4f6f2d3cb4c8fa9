import { describe, expect, it } from 'vitest';
import { demandIssuer } from '../../../src/server/node/demand-issuer.ts';
import { serve } from '../../../src/server/node/serve.ts';

describe('an issuer', () => {
  it.each([
    'https://auth.example.com',
    'https://example.com/auth/',
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
  ])('may be %s', (issuer) => {
    expect(() => demandIssuer(issuer)).not.toThrow();
  });

  it.each([
    'foo',
    '',
    'auth.example.com',
    '/auth',
    'http://auth.example.com',
    'http://localhost.example.com',
    'https://auth.example.com?tenant=1',
    'https://auth.example.com#keys',
    'urn:example:auth',
    'javascript:alert(1)',
  ])("may not be '%s': the addresses in the metadata document begin with it", async (issuer) => {
    const invalid = { code: 'invalid_argument', message: expect.stringContaining(`'${issuer}'`) };
    await expect(serve({ store: 'memory', port: 0, issuer })).rejects.toMatchObject(invalid);
  });
});
