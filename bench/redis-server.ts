// A Redis of our own: on a free port of this machine, in a folder that goes with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from 'redis';
import { findProgram } from '../scripts/find-program.ts';
import { installWithApt } from '../scripts/install-with-apt.ts';

/** A Redis that runs. */
export interface RedisServer {
  url: string;
  version: string;
  /** Bytes that it has allocated for its data and bookkeeping (`used_memory`). */
  usedMemory: () => Promise<number>;
  /** Deletes the keys that a pattern names. */
  deleteKeys: (pattern: string) => Promise<void>;
  close: () => Promise<void>;
}

const name = 'redis-server';

/**
 * Starts one, with nothing written to the disk.
 *
 * @throws Error when this machine has no `redis-server` and it could not be installed.
 */
export async function startRedis(): Promise<RedisServer> {
  const program = findProgram(name) ?? (installWithApt('Redis', [name]) ? findProgram(name) : null);
  if (program === null) throw new Error(`There is no ${name} on the PATH. On Debian: apt-get install ${name}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-bench-redis-'));
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const words = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const child = spawn(program, words, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const url = `redis://127.0.0.1:${port}`;
  const client = createClient({ url, socket: { reconnectStrategy: (tries) => (tries > 100 ? false : 50) } });
  // Told once for every try until it is up.
  client.on('error', () => {});
  await client.connect();
  const facts = async (section: string): Promise<Record<string, string>> =>
    Object.fromEntries((await client.info(section)).split('\r\n').map((line) => line.split(':') as [string, string]));
  return {
    url,
    version: (await facts('server'))['redis_version'] ?? '',
    usedMemory: async () => Number((await facts('memory'))['used_memory']),
    deleteKeys: async (pattern) => {
      for await (const keys of client.scanIterator({ MATCH: pattern, COUNT: 1000 }))
        if (keys.length > 0) await client.del(keys);
    },
    close: async () => {
      client.destroy();
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A Redis for as long as `use` takes. */
export async function withRedis<Answer>(use: (redis: RedisServer) => Promise<Answer>): Promise<Answer> {
  const redis = await startRedis();
  try {
    return await use(redis);
  } finally {
    await redis.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
