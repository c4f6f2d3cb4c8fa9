import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TokenResponse } from '../../../src/protocol/token-response.ts';
import { startRedis, type RunningRedis } from '../stores/redis/start-redis.ts';
import { serve, type RunningServer } from '../../../src/server/node/serve.ts';
import { provingClient } from '../tokens/proving-client.ts';
import { run, runWith, startWith, type Program } from './program.ts';

let folder: string;
const programs: Program[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sojourn-'))));
afterEach(async () => {
  for (const { child, end } of programs.splice(0))
    if (child.exitCode === null && child.signalCode === null) await end('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function serving(...args: string[]): Promise<Program> {
  const program = await startWith({}, '--demo-users', ...args);
  programs.push(program);
  return program;
}

describe('sojourn on a store in Redis', { timeout: 60_000 }, () => {
  let redis: RunningRedis;
  /** One for all tests: a store knows the secrets that it began with. */
  const secrets = mkdtempSync(join(tmpdir(), 'sojourn-secrets-'));
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(async () => {
    await redis.stop();
    rmSync(secrets, { recursive: true });
  });
  const onRedis = (): string[] => ['--store', redis.url, '--secrets', secrets];

  it('is served, by several servers that share the secrets, and looked into', async () => {
    const { signIn, end, output } = await serving(...onRedis());
    expect(output()).toMatch(/data +redis:\/\/[\d.]+:\d+.* \(Redis\), secrets in /);
    const { session_id, refresh_token } = await signIn();
    expect((await run('sessions', 'list', '--user', 'user_ada', ...onRedis())).text).toContain(session_id);
    const other = await serving(...onRedis());
    expect((await other.refresh(refresh_token!, 'first')).status).toBe(200);
    expect(await other.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect((await run('sessions', 'revoke', session_id, ...onRedis())).text).toBe('It is over.\n');
    expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('takes a proof at one of its servers only', async () => {
    const publicOrigin = 'https://auth.example.com';
    const open = async (): Promise<RunningServer> =>
      serve({ port: 0, store: redis.url, secrets: secrets, publicOrigin, demoUsers: true });
    const servers = [await open(), await open()];
    const client = await provingClient(() => Date.now());
    const headers = {
      'content-type': 'application/json',
      dpop: await client.prove('POST', `${publicOrigin}/sessions`),
    };
    const body = JSON.stringify({ credentials: { username: 'ada', password: 'demo' } });
    const statuses: number[] = [];
    for (const { port } of servers)
      statuses.push((await fetch(`http://127.0.0.1:${port}/sessions`, { method: 'POST', headers, body })).status);
    for (const server of servers) await server.close();
    expect(statuses).toEqual([201, 400]);
  });

  it('counts failed sign-ins at all of its servers together', async () => {
    const open = async (): Promise<RunningServer> =>
      serve({ port: 0, store: redis.url, secrets: secrets, demoUsers: true, signInFloor: null });
    const servers = [await open(), await open()];
    const body = JSON.stringify({ credentials: { username: 'alan', password: 'wrong' } });
    const headers = { 'content-type': 'application/json' };
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++)
      statuses.push((await fetch(`${servers[i % 2]!.url}/sessions`, { method: 'POST', headers, body })).status);
    for (const server of servers) await server.close();
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });

  it('changes its secrets while its servers run, and nobody is signed out who came back', async () => {
    // A database of its own: what the one of the other tests holds was made with other secrets.
    const onRedis = (): string[] => ['--store', `${redis.url}/1`, '--secrets', secrets];
    const servers = [await serving(...onRedis()), await serving(...onRedis())];
    const [stays, away] = [await servers[0]!.signIn(), await servers[1]!.signIn('grace')];
    expect((await run('secrets', 'rotate', '--after', '3s', ...onRedis())).text).toMatch(/^Secret 2 signs from /);
    let { refresh_token: token } = stays;
    for (let turn = 0; Buffer.from(token!, 'base64url')[1] === 1; turn += 1) {
      const answer = await servers[turn % 2]!.refresh(token!, `turn-${turn}`);
      expect(answer.status).toBe(200);
      ({ refresh_token: token } = (await answer.json()) as TokenResponse);
      await setTimeout(50);
    }
    expect((await run('secrets', 'retire', '1', ...onRedis())).text).toMatch(/^Secret 1 is retired, secret 2 signs\./);
    for (const server of servers) {
      let answer = await server.refresh(away.refresh_token!, 'first');
      for (; answer.status === 200; answer = await server.refresh(away.refresh_token!, 'first')) await setTimeout(50);
      expect(await answer.json()).toMatchObject({ error: 'invalid_grant', reason: 'unknown' });
      const kept = await server.refresh(token!, 'kept');
      expect(await kept.json()).toMatchObject({ session_id: stays.session_id });
    }
  });

  it('needs the package redis, and says so; and Redis, and shows no password', async () => {
    const hook = join(folder, 'without-redis.mjs');
    writeFileSync(
      hook,
      `import { registerHooks } from 'node:module';
       registerHooks({ resolve: (name, context, next) => {
         if (name === 'redis') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
         return next(name, context);
       } });`,
    );
    expect(await runWith({ node: ['--import', hook] }, 'serve', '--port', '0', ...onRedis())).toEqual({
      code: 1,
      text: 'sojourn: A store in Redis needs the package redis: npm install redis\n',
    });
    const away = await run('serve', '--port', '0', '--store', 'redis://me:hunter2@127.0.0.1:1', '--secrets', folder);
    expect(away).toEqual({ code: 1, text: 'sojourn: Redis does not answer at redis://127.0.0.1:1; is it running?\n' });
  });
});
