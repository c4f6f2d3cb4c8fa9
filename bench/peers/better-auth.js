// better-auth with Redis as secondary storage: sessions are in Redis only, which is its default then. People are in SQLite.
// Passwords are right at once, as for ours: hashing one would hide everything else. Its rate limit is off, as ours is.
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { createClient } from 'redis';
import { report } from '../server/control.ts';

const [, , url, updateAge] = process.argv;
const client = createClient({ url });
await client.connect();

const options = {
  secret: 'a secret of the bench, at least 32 letters long',
  database: new DatabaseSync(':memory:'),
  emailAndPassword: { enabled: true, password: { hash: async (password) => password, verify: async () => true } },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  secondaryStorage: {
    get: (key) => client.get(key),
    getAndDelete: (key) => client.getDel(key),
    set: (key, value, ttl) => client.set(key, value, ttl ? { expiration: { type: 'EX', value: ttl } } : {}),
    delete: async (key) => void (await client.del(key)),
    increment: async (key, ttl) => {
      const count = await client.incr(key);
      if (count === 1) await client.expire(key, ttl);
      return count;
    },
  },
  // Every how many seconds a session is renewed. Its own default, a day, unless told otherwise.
  ...(updateAge === undefined ? {} : { session: { updateAge: Number(updateAge) } }),
};

const { runMigrations } = await getMigrations(options);
await runMigrations();

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const answer = toNodeHandler(betterAuth({ ...options, baseURL: `http://localhost:${port}` }));
  server.on('request', (request, response) => void answer(request, response));
  report(port);
});
