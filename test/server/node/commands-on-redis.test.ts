import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type RunningRedis } from '../stores/redis/start-redis.ts';
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
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(() => redis.stop());
  const onRedis = (): string[] => ['--store', redis.url, '--secrets', join(folder, 'secrets')];

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
      code: 2,
      text: 'sojourn: A store in Redis needs the package redis: npm install redis\n',
    });
    const away = await run('serve', '--port', '0', '--store', 'redis://me:hunter2@127.0.0.1:1', '--secrets', folder);
    expect(away).toEqual({ code: 2, text: 'sojourn: Redis does not answer at redis://127.0.0.1:1; is it running?\n' });
  });
});
