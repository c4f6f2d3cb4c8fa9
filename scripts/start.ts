// `npm start`: the session server by its own command line, on an SQLite file, and the demo that talks to it. Ends both on Ctrl+C.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { stopAll } from './stop-programs.ts';

const serverUrl = 'http://localhost:4000';
const demoUrl = 'http://localhost:5173';
const database = '.cache/demo.db';
const patienceMs = 30_000;

mkdirSync('.cache', { recursive: true });
const build = spawn('node', ['scripts/build.ts'], { stdio: 'inherit' });
if ((await ended(build)) !== 0) process.exit(1);

const server = spawn(
  'node',
  [
    'dist/server/node/cli.js',
    'serve',
    '--demo-users',
    '--faults',
    '--store',
    `sqlite:${database}`,
    '--origin',
    demoUrl,
    // Short enough that a visitor sees a refresh, and the idle warning, within a minute or two.
    '--access-ttl',
    '30s',
    '--idle',
    '3m',
  ],
  { stdio: 'inherit', detached: true },
);
const demo = spawn('vite', ['--logLevel', 'warn'], { stdio: 'inherit', detached: true });
const programs = [server, demo];

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    void stop(stopping ? 'SIGKILL' : 'SIGTERM', 0);
  });
// One without the other is of no use.
for (const program of programs)
  void ended(program).then((code) => {
    if (!stopping) void stop('SIGTERM', code === 0 ? 0 : 1);
  });
// A signal to npm ends npm and its shell, not what they started.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent && !stopping) void stop('SIGTERM', 0);
}, 500).unref();

const answered = await Promise.all([answers(`${serverUrl}/health`), answers(demoUrl)]);
if (!stopping) {
  if (answered.every(Boolean)) {
    console.log(`\nThe demo:           ${demoUrl}`);
    console.log(`The session server: ${serverUrl}`);
    console.log('Stop both with Ctrl+C.\n');
  } else {
    console.error(`No answer within ${patienceMs / 1000} seconds; stopping.`);
    await stop('SIGTERM', 1);
  }
}

async function stop(signal: 'SIGTERM' | 'SIGKILL', code: number): Promise<void> {
  stopping = true;
  await stopAll(programs, signal);
  process.exit(code);
}

async function answers(url: string): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline && !stopping) {
    const ok = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return true;
    await wait(100);
  }
  return false;
}

function ended(program: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    program.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    program.once('exit', resolve);
  });
}
