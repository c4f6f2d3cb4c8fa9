import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenResponse } from '../../../src/protocol/token-response.ts';
import { run, start, type Program } from './program.ts';

const timeout = 30_000;
let folder: string;
let running: Program[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sojourn-'))));
afterEach(async () => {
  for (const program of running)
    if (program.child.exitCode === null && program.child.signalCode === null) await program.end('SIGKILL');
  running = [];
  rmSync(folder, { recursive: true });
});

async function started(...args: string[]): Promise<Program> {
  const program = await start(...args);
  running.push(program);
  return program;
}
const onFile = (...args: string[]): Promise<Program> =>
  started('--store', `sqlite:${join(folder, 'x.db')}`, '--demo-users', ...args);

describe('sojourn serve', { timeout }, () => {
  it('says what it serves, for whom, where data lives and how to stop', async () => {
    const program = await onFile();
    expect(program.output()).toMatch(/^sojourn {2}http:\/\/localhost:\d+ \(on 127\.0\.0\.1:\d+\)$/m);
    expect(program.output()).toContain('http://localhost:5173');
    expect(program.output()).toContain('ada, grace, alan (password: demo)');
    expect(program.output()).toContain(join(folder, 'x.db'));
    expect(program.output()).toContain(`kill -TERM ${program.child.pid}`);
    expect(await program.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('answers help and refusals without a stack', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, text: expect.stringContaining('Usage: sojourn serve') });
    const refused = await run('serve', '--host', '0.0.0.0', '--demo-users', '--store', 'memory');
    expect(refused).toEqual({
      code: 2,
      text: expect.stringMatching(/^sojourn: Refused: demo users on 0\.0\.0\.0.*\n$/),
    });
    const redis = await run('serve', '--store', 'redis://localhost');
    expect(redis).toEqual({
      code: 2,
      text: expect.stringMatching(/^sojourn: A store in Redis needs --secrets <folder>.*\n$/),
    });
  });

  it('says so when the port is taken', async () => {
    const { url } = await started('--store', 'memory');
    const second = await run('serve', '--store', 'memory', '--port', new URL(url).port);
    expect(second).toEqual({ code: 1, text: expect.stringMatching(/something else listens there/) });
  });

  it('stops on SIGTERM: answers what is under way, ends streams, takes nothing new, exits 0', async () => {
    const program = await started('--store', 'memory', '--demo-users', '--faults');
    const { access_token, refresh_token } = await program.signIn();
    const stream = await fetch(`${program.url}/events`, { headers: { authorization: `Bearer ${access_token}` } });
    const reader = stream.body!.getReader();
    await reader.read();
    const slow = JSON.stringify({ kind: 'delay', path: '/token', ms: 400 });
    await fetch(`${program.url}/dev/faults`, {
      method: 'POST',
      body: slow,
      headers: { 'content-type': 'application/json' },
    });
    const underWay = program.refresh(refresh_token!, 'under-way');
    while ((await journal(program)).requests['POST /token'] !== 1) continue;

    const ended = program.end('SIGTERM');
    expect((await underWay).status).toBe(200);
    expect((await reader.read()).done).toBe(true);
    const answeredAt = performance.now();
    expect(await ended).toEqual({ code: 0, signal: null });
    // Kept-alive connections that have nothing more to say are not waited for; the patience would be ten seconds.
    expect(performance.now() - answeredAt).toBeLessThan(5000);
    await expect(fetch(`${program.url}/health`)).rejects.toThrow('fetch failed');
  });

  it('notices that the listener of a stream is gone', async () => {
    const program = await started('--store', 'memory', '--demo-users');
    const { access_token } = await program.signIn();
    for (let i = 0; i < 30; i++) {
      const leaving = new AbortController();
      const headers = { authorization: `Bearer ${access_token}` };
      const stream = await fetch(`${program.url}/events`, { headers, signal: leaving.signal });
      expect(stream.status).toBe(200);
      await stream.body!.getReader().read();
      leaving.abort();
    }
  });

  it('keeps every session it acknowledged through kill -9, with the same keys and secrets', async () => {
    const first = await onFile();
    const names = ['ada', 'grace', 'alan'];
    const sessions = await Promise.all(Array.from({ length: 20 }, (_, i) => first.signIn(names[i % 3])));
    const rotated = await Promise.all(sessions.map(({ refresh_token }, i) => first.refresh(refresh_token!, `a${i}`)));
    const pairs = (await Promise.all(rotated.map((answer) => answer.json()))) as TokenResponse[];
    const jwks = await (await fetch(`${first.url}/.well-known/jwks.json`)).text();
    expect(await first.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await onFile();
    expect(await (await fetch(`${second.url}/.well-known/jwks.json`)).text()).toBe(jwks);
    for (const [i, session] of sessions.entries()) {
      const replay = await second.refresh(session.refresh_token!, `a${i}`);
      expect(await replay.json()).toMatchObject({ generation: 1, refresh_token: pairs[i]!.refresh_token });
      expect(await (await second.refresh(pairs[i]!.refresh_token!, `b${i}`)).json()).toMatchObject({ generation: 2 });
    }
    await second.end('SIGTERM');
  });

  it('forgets no sign-out through kill -9', async () => {
    const first = await onFile();
    const { revocation_token, refresh_token } = await first.signIn();
    const body = new URLSearchParams({ token: revocation_token });
    expect((await fetch(`${first.url}/revoke`, { method: 'POST', body })).status).toBe(200);
    await first.end('SIGKILL');
    const second = await onFile();
    expect(await (await second.refresh(refresh_token!, 'x')).json()).toMatchObject({ reason: 'signed_out_elsewhere' });
  });

  it('writes no secret to the terminal, and none but hashes and its own to the disk', async () => {
    const program = await onFile();
    const { refresh_token, access_token } = await program.signIn();
    await program.refresh(refresh_token!, 'x');
    await program.refresh(refresh_token!, 'thief');
    await program.end('SIGTERM');
    for (const secret of [refresh_token!, access_token]) {
      expect(program.output()).not.toContain(secret);
      for (const name of readdirSync(folder).filter((each) => each.startsWith('x.db') && !each.endsWith('.secrets')))
        expect(readFileSync(join(folder, name)).includes(secret)).toBe(false);
    }
  });

  it('bounds headers and answers malformed requests with problems', async () => {
    const { url } = await started('--store', 'memory');
    const big = await fetch(`${url}/health`, { headers: { 'x-big': 'x'.repeat(20_000) } });
    expect([big.status, big.headers.get('content-type')]).toEqual([431, 'application/problem+json']);
    const { port } = new URL(url);
    expect(await raw(Number(port), 'NONSENSE\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 Bad Request[^]*"code":"invalid_argument"/,
    );
    expect(await raw(Number(port), 'GET /time HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(Number(port), 'GET http://[/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('refuses a large upload without reading it to the end', async () => {
    const { url } = await started('--store', 'memory');
    const status = await new Promise<number | string | undefined>((resolve) => {
      const upload = request(
        `${url}/sessions`,
        { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': 10_000_000 } },
        (answer) => {
          resolve(answer.statusCode);
          upload.destroy();
        },
      );
      upload.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      upload.write('x'.repeat(1000));
    });
    expect(status).toBe(413);
  });
});

async function journal({ url }: Program): Promise<{ requests: Record<string, number> }> {
  return (await (await fetch(`${url}/dev/journal`)).json()) as { requests: Record<string, number> };
}

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => void (answer += data.toString()));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
