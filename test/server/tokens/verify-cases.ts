// Runs in pages, workers and Node: nothing in here may need a runtime of its own.
import { base64url, exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';
import type { VerifyAccessTokenOptions } from '../../../src/server/verify.ts';
import { provingClient } from './proving-client.ts';

/** Requests to an API with what has to become of them. All of it is JSON: it may be made in one runtime and tried in another. */
export interface VerifyCases {
  jwks: JSONWebKeySet;
  issuer: string;
  audience: string;
  url: string;
  requests: Array<{ name: string; headers: Record<string, string>; expected: string }>;
}

/** Where the key set of the cases would be served. */
const jwksUrl = 'https://auth.example.com/.well-known/jwks.json';

/** Makes tokens and proofs, good and bad, with the cryptography of the runtime that this runs in. */
export async function makeVerifyCases(): Promise<VerifyCases> {
  const url = 'https://api.example.com/things';
  const [issuer, audience] = ['https://auth.example.com', 'https://api.example.com'];
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const owner = await provingClient(Date.now);
  const thief = await provingClient(Date.now);
  const now = Math.floor(Date.now() / 1000);

  const token = (changes: object = {}, typ = 'at+jwt'): Promise<string> =>
    new SignJWT({
      ...{ iss: issuer, aud: audience, sub: 'user_ada', client_id: 'browser', sid: 's', session_stamp: 1, jti: 'j' },
      ...{ iat: now, exp: now + 300, ...changes },
    })
      .setProtectedHeader({ alg: 'ES256', typ, kid: 'k' })
      .sign(privateKey);
  const ath = async (text: string): Promise<string> =>
    base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));

  const plain = await token();
  const bound = await token({ cnf: { jkt: owner.thumbprint } });
  const [header = '', payload = '', signature = ''] = plain.split('.');
  const flipped = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  const unsigned = `${base64url.encode(JSON.stringify({ alg: 'none', typ: 'at+jwt' }))}.${payload}.`;
  const bearer = (text: string): Record<string, string> => ({ authorization: `Bearer ${text}` });
  const proven = async (by: typeof owner): Promise<Record<string, string>> => ({
    authorization: `DPoP ${bound}`,
    dpop: await by.prove('GET', url, { claims: { ath: await ath(bound) } }),
  });

  return {
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] },
    issuer,
    audience,
    url,
    requests: [
      { name: 'a good token', headers: bearer(plain), expected: 'user_ada' },
      { name: 'a bound token with its proof', headers: await proven(owner), expected: 'user_ada' },
      { name: 'a proof of another key', headers: await proven(thief), expected: 'invalid_dpop_proof' },
      { name: 'no proof', headers: { authorization: `DPoP ${bound}` }, expected: 'invalid_dpop_proof' },
      { name: 'a bound token as Bearer', headers: bearer(bound), expected: 'invalid_token' },
      { name: 'no token', headers: {}, expected: 'unauthenticated' },
      { name: 'a token that is over', headers: bearer(await token({ exp: now - 60 })), expected: 'token_expired' },
      { name: 'another audience', headers: bearer(await token({ aud: 'https://else' })), expected: 'invalid_token' },
      { name: 'another type', headers: bearer(await token({}, 'jwt')), expected: 'invalid_token' },
      { name: 'another signature', headers: bearer(flipped), expected: 'invalid_token' },
      { name: 'no signature', headers: bearer(unsigned), expected: 'invalid_token' },
    ],
  };
}

/** The part of `sojourn/server/verify` that is tried. */
export interface Verifier {
  verifyAccessToken(request: Request, options: VerifyAccessTokenOptions): Promise<{ sub: string }>;
  createRemoteJWKSet(url: URL): VerifyAccessTokenOptions['jwks'];
}

/** What becomes of the requests, by name: who sent it, or the code of the refusal. First with the keys, then with their URL. */
export async function tryVerifyCases(cases: VerifyCases, verifier: Verifier): Promise<Record<string, string>[]> {
  const { issuer, audience, url } = cases;
  const outcomes: Record<string, string>[] = [];
  for (const jwks of [cases.jwks, verifier.createRemoteJWKSet(new URL(jwksUrl))]) {
    const outcome: Record<string, string> = {};
    for (const { name, headers } of cases.requests)
      outcome[name] = await verifier.verifyAccessToken(new Request(url, { headers }), { jwks, issuer, audience }).then(
        ({ sub }) => sub,
        (error: { code?: string }) => error.code ?? String(error),
      );
    outcomes.push(outcome);
  }
  return outcomes;
}

/** What has to come of it. */
export function expectedOf({ requests }: VerifyCases): Record<string, string>[] {
  const outcome = Object.fromEntries(requests.map(({ name, expected }) => [name, expected]));
  return [outcome, outcome];
}
