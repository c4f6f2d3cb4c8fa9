// oidc-provider with a Redis adapter: a public client with rotation, which is its default for such clients. Its access tokens
// are opaque (its default), its ID tokens are signed with ES256, so one signature a refresh, as ours.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { createClient } from 'redis';
import { report } from '../server/control.ts';
import { createRedisAdapter } from './oidc-redis-adapter.js';

const client = createClient({ url: process.argv[2] });
await client.connect();
const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const clientId = 'app';
const scope = 'openid offline_access';
// What its own default does, which warns that it is a default.
const isOwn = (_context, { clientId: asks }, { clientId: owns }) => asks === owns;

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`http://localhost:${port}`, {
    adapter: createRedisAdapter(client),
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        redirect_uris: ['https://app.example.com/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...signingKey, use: 'sig', alg: 'ES256', kid: 'bench' }] },
    cookies: { keys: ['a key of the bench'] },
    findAccount: (_context, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    features: { devInteractions: { enabled: false }, revocation: { enabled: true, allowedPolicy: isOwn } },
    ttl: { AccessToken: 300, IdToken: 300, Grant: 43_200, RefreshToken: 43_200 },
  });

  /** Somebody who is signed in, without the pages of the authorization code flow. */
  async function mint(accountId) {
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    const common = {
      accountId,
      grantId,
      scope,
      gty: 'authorization_code',
      client: await provider.Client.find(clientId),
    };
    const authTime = Math.floor(Date.now() / 1000);
    const refreshToken = new provider.RefreshToken({ ...common, authTime, claims: {} });
    const accessToken = new provider.AccessToken({ ...common, claims: {} });
    return { refresh_token: await refreshToken.save(), access_token: await accessToken.save() };
  }

  const answer = provider.callback();
  let people = 0;
  server.on('request', (request, response) => {
    if (request.url !== '/mint') return answer(request, response);
    mint(`user${people++}`).then(
      (tokens) => response.end(JSON.stringify(tokens)),
      (error) => response.writeHead(500).end(String(error.stack)),
    );
  });
  report(port);
});
