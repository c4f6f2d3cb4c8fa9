// The session server as an app mounts it, on the store and with the secrets it is told: several such programs can share a
// Redis. Limits are off, everybody's password is right at once. Tokens are signed with ES256, the default.
import type { AddressInfo } from 'node:net';
import { createSessions } from '../../src/server/engine/create-sessions.ts';
import { createSessionServer } from '../../src/server/http/session-server.ts';
import { fileKeyStore } from '../../src/server/node/file-key-store.ts';
import { createHttpServer } from '../../src/server/node/http-server.ts';
import { keptSecrets } from '../../src/server/node/secrets.ts';
import { createAccessTokens } from '../../src/server/tokens/access-tokens.ts';
import { createMac } from '../../src/server/tokens/mac.ts';
import { createRandom } from '../../src/server/tokens/random.ts';
import { report } from './control.ts';
import { openBenchStore } from './open-bench-store.ts';

const [, , store = 'memory', secretsFolder = '', issuer = 'http://localhost'] = process.argv;
const secrets = keptSecrets(secretsFolder);
const person = (id: string): { id: string; name: string; roles: string[] } => ({
  id,
  name: 'Ada Lovelace',
  roles: ['admin'],
});

const sessions = createSessions({
  store: await openBenchStore(store),
  clock: { now: () => Date.now() },
  random: createRandom(),
  mac: createMac({ secrets: secrets.mac, current: secrets.currentMac, userTagSecret: secrets.userTag }),
});
// Longer than a run of the bench.
const life = '1h';
const tokens = createAccessTokens({ issuer, audience: issuer, life, keyStore: fileKeyStore(secretsFolder) });
const { fetch } = createSessionServer({
  sessions,
  tokens,
  origins: ['http://localhost:5173'],
  authenticate: ({ username }) => person(String(username)),
  findUser: person,
  limits: false,
});
const server = createHttpServer(fetch, { lightweight: true });
server.listen(0, '127.0.0.1', () => report((server.address() as AddressInfo).port));
