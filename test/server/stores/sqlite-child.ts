// A process of its own on a database file, for sqlite-processes.test.ts. Says what was acknowledged, a line at a time.
import { writeSync } from 'node:fs';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { createWorld } from '../engine/world.ts';

const [, , mode = '', path = '', refreshToken = '', ...keys] = process.argv;
const world = createWorld(createSqliteStore({ path, busyTimeoutMs: 10_000 }));

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

if (mode === 'load') {
  // Until it is killed.
  for (let i = 0; ; i++) {
    const made = await world.sessions.create({ userId: `user ${i % 7}` });
    say({ created: made.session.id, refreshToken: made.refreshToken });
    const refreshed = await world.refresh(made.refreshToken, `key ${i}`);
    if ('refreshToken' in refreshed) say({ refreshed: made.session.id, refreshToken: refreshed.refreshToken });
    if (i % 3 === 0) {
      await world.sessions.revoke(made.session.id, 'revoked');
      say({ revoked: made.session.id });
    }
    if (i % 50 === 49) {
      await world.sessions.revokeAll('user 3');
      say({ revokedAll: 'user 3' });
    }
  }
} else if (mode === 'refresh') {
  say('ready');
  await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
  const outcomes: string[] = [];
  for (const key of keys) {
    const answer = await world.refresh(refreshToken, key);
    outcomes.push('refreshToken' in answer ? `${answer.outcome} ${answer.refreshToken}` : answer.outcome);
  }
  say(outcomes);
  process.exit(0);
} else if (mode === 'write') {
  say('ready');
  await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
  const failures: string[] = [];
  for (const [i, id] of Array.from({ length: 300 }, () => keys[0] ?? '').entries())
    await world.sessions.data.set(id, `${refreshToken}${i}`, i).catch((error: Error) => failures.push(error.message));
  say(failures);
  process.exit(0);
} else throw new Error(`No such mode: ${mode}`);
