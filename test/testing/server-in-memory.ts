import {
  createAccessTokens,
  createMac,
  createRandom,
  createSessions,
  createSessionServer,
  type SessionServer,
} from '../../src/server/index.ts';
import { createMemoryStore } from '../../src/server/stores/memory.ts';

/** A whole session server in this runtime, whichever that is. Everybody with a user name is let in. */
export function serverInMemory(where: { basePath: string; issuer: string; origins: string[] }): SessionServer {
  const { basePath, issuer, origins } = where;
  const random = createRandom();
  const mac = createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
  const clock = { now: () => Date.now() };
  return createSessionServer({
    sessions: createSessions({ store: createMemoryStore(), clock, random, mac }),
    tokens: createAccessTokens({ issuer, audience: issuer, clock }),
    authenticate: async ({ username }) => (typeof username === 'string' ? { id: username } : null),
    origins,
    basePath,
  });
}
