import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { TokenResponse } from '../../../src/protocol/token-response.ts';

const cli = path.resolve(import.meta.dirname, '../../../src/server/node/cli.ts');

/** The command line as a child process. */
export interface Program {
  url: string;
  output: () => string;
  child: ChildProcess;
  /** Sends a signal and answers how it ended. */
  end: (signal: NodeJS.Signals) => Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  signIn: (username?: string) => Promise<TokenResponse>;
  refresh: (token: string, key: string) => Promise<Response>;
}

/** Ends when it prints its address, or fails with what it printed. */
export async function start(...args: string[]): Promise<Program> {
  return startWith({}, ...args);
}

/** The same, with variables of the environment. */
export async function startWith(env: Record<string, string>, ...args: string[]): Promise<Program> {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let text = '';
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        text += data.toString();
        const [address] = /http:\/\/localhost:\d+/.exec(text) ?? [];
        if (address) resolve(address.replace('localhost', '127.0.0.1'));
      });
    void ended.then(() => reject(new Error(text)));
  });
  return {
    url,
    output: () => text,
    child,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
    signIn: async (username = 'ada') => {
      const credentials = { username, password: 'demo' };
      const body = JSON.stringify({ credentials });
      const answer = await fetch(`${url}/sessions`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      return (await answer.json()) as TokenResponse;
    },
    refresh: (token, key) =>
      fetch(`${url}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
        headers: { 'idempotency-key': key.padEnd(22, '-') },
      }),
  };
}

/** Runs the command line to its end. */
export function run(...args: string[]): Promise<{ code: number | null; text: string }> {
  return runWith({}, ...args);
}

/** The same, with variables of the environment, or with options of Node before it. */
export function runWith(
  { env = {}, node = [] }: { env?: Record<string, string>; node?: string[] },
  ...args: string[]
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const options = {
      stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    };
    const child = spawn(process.execPath, [...node, cli, ...args], options);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => void (text += data.toString()));
    child.on('close', (code) => resolve({ code, text }));
  });
}
