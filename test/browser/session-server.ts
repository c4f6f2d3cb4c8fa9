import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { JournalEntries } from '../../src/server/node/faults/journal.ts';
import type { Fault } from '../../src/server/node/faults/fault.ts';

/** The real server by its own command line, in a process of its own. */
export interface SessionServer {
  url: string;
  journal(): Promise<JournalEntries>;
  /** Sets a fault. */
  fault(fault: Partial<Fault> & Pick<Fault, 'kind'>): Promise<void>;
  /** Ends every fault. */
  heal(): Promise<void>;
  /** Lets time pass at the server. */
  pass(ms: number): Promise<void>;
  /** `kill -9`. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again, where it was. */
  restart(): Promise<void>;
  /** From now on it takes requests and answers none, until `resume()`. */
  pause(): void;
  resume(): void;
  /** What it printed as an error since it started. */
  complaints(): string;
  stop(): Promise<void>;
}

const cli = path.resolve(import.meta.dirname, '../../src/server/node/cli.ts');
const clock = import.meta.resolve('./movable-clock.ts');
const always = ['--demo-users', '--faults', '--store', 'memory'];
const patienceMs = 20_000;

/** Starts a server for the app at `origin`. `args` go to the command line. */
export async function startSessionServer(origin: string, args: readonly string[] = []): Promise<SessionServer> {
  let child: ChildProcess;
  let port = 0;
  let complaints = '';

  async function start(): Promise<void> {
    child = spawn(
      process.execPath,
      ['--import', clock, cli, 'serve', '--port', String(port), '--origin', origin, ...always, ...args],
      { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    child.stderr?.on('data', (chunk: Buffer) => void (complaints += String(chunk)));
    port = await listeningPort(child);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  async function post(body: unknown): Promise<void> {
    const response = await fetch(`${url}/dev/faults`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`/dev/faults answered ${response.status}: ${await response.text()}`);
  }

  await start();
  const url = `http://localhost:${port}`;
  return {
    url,
    journal: async () => (await (await fetch(`${url}/dev/journal`)).json()) as JournalEntries,
    fault: post,
    heal: () => post({ reset: true }),
    pass: (ms) =>
      new Promise((resolve) => {
        child.once('message', () => resolve());
        child.send(ms);
      }),
    kill: () => end('SIGKILL'),
    restart: start,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    complaints: () => complaints,
    // Open event streams would keep a graceful stop waiting.
    stop: () => end('SIGKILL'),
  };
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string): void => reject(new Error(`The session server ${why}:\n${output}`));
    const timer = setTimeout(fail, patienceMs, 'did not start');
    const read = (chunk: Buffer): void => {
      output += String(chunk);
      const port = /on 127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => fail('stopped'));
  });
}
