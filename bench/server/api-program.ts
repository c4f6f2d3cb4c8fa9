// An API that lets requests in by `sojourn/server/verify` alone: no store, keys fetched once from the session server.
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '../../src/server/node/http-server.ts';
import { createAccessTokenVerifier, createRemoteJWKSet } from '../../src/server/verify.ts';
import { report } from './control.ts';

const issuer = process.argv[2] ?? '';
const verify = createAccessTokenVerifier({
  jwks: createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer)),
  issuer,
  audience: issuer,
});
const body = JSON.stringify({ session: 'x'.repeat(480) });

const server = createHttpServer(
  async (request) => {
    await verify(request);
    return new Response(body, { headers: { 'Content-Type': 'application/json' } });
  },
  { lightweight: true },
);
server.listen(0, '127.0.0.1', () => report((server.address() as AddressInfo).port));
