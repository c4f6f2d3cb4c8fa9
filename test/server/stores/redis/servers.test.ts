import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createRedisStore, type RedisStoreOptions } from '../../../../src/server/stores/redis.ts';
import { createWorld, type World } from '../../engine/world.ts';
import { Listening } from '../../http/listening.ts';
import { serverUnderTest, startedAt } from '../../http/server-under-test.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { ioredis, nodeRedis, type Handed } from './stores-on.ts';

vi.setConfig({ testTimeout: 60_000 });

let redis: RunningRedis;
let clients: [Handed, Handed];

beforeAll(async () => {
  redis = await startRedis();
  clients = [await nodeRedis(redis.url), ioredis(redis.url)];
});
afterAll(async () => {
  for (const { close } of clients) await close();
  await redis.stop();
});

function worldOn({ client }: Handed, options: Partial<RedisStoreOptions> = {}): World {
  return createWorld(createRedisStore({ client, ...options }));
}

test('a sign-out of everything at one server ends a stream that another holds, within a second', async () => {
  const options = { prefix: 'streams:', clock: 'caller' } as const;
  const worlds = clients.map((handed) => worldOn(handed, options)) as [World, World];
  for (const { clock } of worlds) clock.at = startedAt;
  const here = await serverUnderTest({ sessions: worlds[0].sessions });
  const there = await serverUnderTest({ sessions: worlds[1].sessions, tokens: here.tokens });
  let endedAfter = Number.POSITIVE_INFINITY;
  // The first try may come before the other server listens; a busy machine may be slow for once.
  for (let i = 0; i < 5 && endedAfter > 1000; i++) {
    const { access_token: accessToken, session_id } = await here.signIn();
    const { userId } = (await worlds[0].sessions.get(session_id))!;
    const stream = new Listening(await there.call('GET', '/events', { accessToken }));
    expect(stream.status).toBe(200);
    await vi.waitFor(() => expect(stream.text).not.toBe(''), { timeout: 5000, interval: 5 }).catch(() => {});
    const since = performance.now();
    await worlds[0].sessions.revokeAll(userId);
    await vi.waitFor(() => expect(stream.isOver).toBe(true), { timeout: 20_000, interval: 10 });
    endedAfter = performance.now() - since;
    expect(stream.events.at(-1)).toMatchObject({ type: 'user.sessions_revoked' });
  }
  expect(endedAfter).toBeLessThan(1000);
  expect([...here.errors, ...there.errors]).toEqual([]);
  for (const { sessions } of worlds) await sessions.close();
});

test('a server that is killed under load loses nothing that it acknowledged', async () => {
  const program = fileURLToPath(new URL('./sessions-process.ts', import.meta.url));
  const servers = ['one', 'two'].map((name) => {
    const child = spawn(process.execPath, [program, redis.url, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: Array<Record<string, string>> = [];
    const output = createInterface({ input: child.stdout });
    output.on('line', (line) => lines.push(JSON.parse(line) as Record<string, string>));
    return { child, lines, done: Promise.all([once(child, 'exit'), once(output, 'close')]) };
  });
  for (const { child, lines, done } of servers) {
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(600), { timeout: 40_000 });
    child.kill('SIGKILL');
    await done;
  }
  const world = worldOn(clients[0]);
  world.clock.at = Date.now();
  for (const { lines } of servers) {
    const lastSignOut = new Map(
      lines.flatMap(({ did, userId }, i) => (did === 'signed out' ? [[userId, i] as const] : [])),
    );
    expect(lastSignOut.size).toBeGreaterThan(0);
    const fates = lines.flatMap(({ did, id = '', userId }, i) => (did === 'created' ? [{ id, userId, i }] : []));
    const wrong: string[] = [];
    for (const { id, userId, i } of fates) {
      const reason = (await world.sessions.inspect(id))?.endReason;
      const token = lines.find((line) => line['id'] === id && line['did'] === 'refreshed')?.['refreshToken'];
      const isRevoked = lines.some((line) => line['id'] === id && line['did'] === 'revoked');
      const isSignedOut = i < (lastSignOut.get(userId) ?? -1);
      const expected = isRevoked ? 'revoked' : isSignedOut ? 'revoked_all' : null;
      if (reason !== expected) wrong.push(`${id}: ${reason}, not ${expected}`);
      else if (reason === null && token !== undefined)
        expect(await world.refresh(token, 'after'), id).toMatchObject({ outcome: 'rotated' });
    }
    // The kill may have come between a step and its acknowledgement, in each of the three at work.
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(15);
    expect(wrong.filter((line) => line.includes('null, not') || line.includes('undefined'))).toEqual([]);
  }
  await world.sessions.close();
});
