// A server process of its own on a Redis, until it is killed. Says what was acknowledged, a line at a time.
import { writeSync } from 'node:fs';
import { createRedisStore } from '../../../../src/server/stores/redis.ts';
import { createWorld } from '../../engine/world.ts';
import { nodeRedis } from './stores-on.ts';

const [, , url = '', name = ''] = process.argv;
const { client } = await nodeRedis(url);
const world = createWorld(createRedisStore({ client }));
world.clock.at = Date.now();

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

async function load(worker: number): Promise<never> {
  for (let i = 0; ; i++) {
    const userId = `${name} ${worker} ${i % 5}`;
    const made = await world.sessions.create({ userId });
    const { id } = made.session;
    say({ did: 'created', id, userId });
    const refreshed = await world.refresh(made.refreshToken, `key ${i}`);
    if ('refreshToken' in refreshed) say({ did: 'refreshed', id, refreshToken: refreshed.refreshToken });
    if (i % 3 === 0) {
      await world.sessions.revoke(id, 'revoked');
      say({ did: 'revoked', id });
    }
    if (i % 20 === 19) {
      await world.sessions.revokeAll(userId);
      say({ did: 'signed out', userId });
    }
  }
}

await Promise.all([1, 2, 3].map(load));
