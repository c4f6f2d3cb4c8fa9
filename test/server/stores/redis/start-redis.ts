// A real Redis of its own for a test: on a free port of this machine, in a temporary folder, ended by its own pid.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A server that runs. */
export interface RunningRedis {
  url: string;
  port: number;
  pid: number;
  /** Where it keeps its files. */
  folder: string;
  /** Ends it at once and removes its folder. Idempotent. */
  stop(): Promise<void>;
  /** As a crash does; its folder and port stay, for {@link StartRedis.port} and `folder`. */
  kill(): Promise<void>;
}

/** How it is started. Without anything: on a free port, keeping nothing on the disk. */
export interface StartRedis {
  port?: number;
  /** Of an earlier run; made when not given. */
  folder?: string;
  /** More arguments for `redis-server`, such as `--appendonly yes`. */
  args?: readonly string[];
}

/** Starts `redis-server` and answers once it accepts commands. */
export async function startRedis(options: StartRedis = {}): Promise<RunningRedis> {
  for (let attempt = 1; ; attempt++)
    try {
      return await startOnce(options);
    } catch (error) {
      // Somebody else took the port in between.
      if (options.port !== undefined || attempt === 5) throw error;
    }
}

async function startOnce({ port, folder, args = [] }: StartRedis): Promise<RunningRedis> {
  const chosen = port ?? (await freePort());
  const directory = folder ?? mkdtempSync(path.join(tmpdir(), 'sojourn-redis-'));
  const program = spawn(
    process.env['SOJOURN_REDIS_SERVER'] ?? 'redis-server',
    ['--bind', '127.0.0.1', '--port', String(chosen), '--dir', directory, '--save', '', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const failed = new Promise<never>((_, reject) => {
    program.once('error', (error) => reject(new Error(`redis-server does not start: ${error.message}`)));
    program.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${said}`)));
  });
  failed.catch(() => {});
  // A test that is broken off leaves none behind.
  const killIt = (): void => void program.kill('SIGKILL');
  process.once('exit', killIt);
  try {
    await Promise.race([failed, answers(chosen)]);
  } catch (error) {
    killIt();
    throw error;
  }
  const end = async (): Promise<void> => {
    process.off('exit', killIt);
    if (program.exitCode === null && program.signalCode === null) await ended(program);
  };
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    pid: program.pid!,
    folder: directory,
    kill: end,
    stop: async () => {
      await end();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A port of this machine that nobody listens on just now; below those that connections get by themselves. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function ended(program: ChildProcess): Promise<void> {
  const gone = once(program, 'exit');
  // Also ends one that is stopped.
  program.kill('SIGKILL');
  await gone;
}

/** Waits until `PING` is answered: while it loads its data it refuses everything else. */
async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await ping(port)) return;
    await wait(25);
  }
  throw new Error('redis-server does not answer.');
}

async function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const settle = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('data', (data) => settle(data.toString().startsWith('+PONG')));
    socket.once('error', () => settle(false));
    socket.setTimeout(1000, () => settle(false));
  });
}
