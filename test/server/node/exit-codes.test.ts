import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptSecrets, secretsFile } from '../../../src/server/node/secrets.ts';
import { run, runWith, startWith, type Program } from './program.ts';

const apiKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';
let folder: string;
let program: Program | null = null;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sojourn-'))));
afterEach(async () => {
  await program?.end('SIGKILL');
  program = null;
  rmSync(folder, { recursive: true });
});

describe('the command line ends', { timeout: 30_000 }, () => {
  it.each([
    ['an origin that is none', '--origin foo'],
    ['a public origin that is none', '--public-origin foo'],
    ['an issuer that is none', '--issuer foo'],
    ['a store that is none', '--store oracle:x'],
    ['unsafe settings', '--cookie --origin http://app.example.com'],
  ])('with 2 when it was called wrongly: %s', async (_what, line) => {
    const args = ['serve', '--port', '0', '--store', 'memory', ...line.split(' ')];
    expect(await run(...args)).toEqual({ code: 2, text: expect.stringMatching(/^sojourn: .*\n$/) });
  });

  it('with 1 when a database is none, or its secrets cannot be read', async () => {
    const path = join(folder, 'notes.db');
    writeFileSync(path, 'no database '.repeat(100));
    keptSecrets(`${path}.secrets`);
    const starting = (): ReturnType<typeof run> => run('serve', '--port', '0', '--store', `sqlite:${path}`);
    expect(await starting()).toEqual({ code: 1, text: expect.stringMatching(/^sojourn: .*\n$/) });
    writeFileSync(secretsFile(`${path}.secrets`), '{');
    expect(await starting()).toEqual({ code: 1, text: expect.stringMatching(/^sojourn: The secrets in .*\n$/) });
  });

  it('with 1 when there is no session to revoke, as where a user was named without --user', async () => {
    program = await startWith({ SOJOURN_ADMIN_KEYS: apiKey }, '--store', 'memory', '--demo-users');
    const { url } = program;
    await program.signIn();
    const there = (at: string, ...args: string[]): ReturnType<typeof run> =>
      runWith({ env: { SOJOURN_API_KEY: apiKey } }, ...args, '--url', at);
    expect(await there(url, 'sessions', 'revoke', 'user_ada')).toEqual({
      code: 1,
      text: 'sojourn: There is no live session of this id; nothing was done. For a user: sojourn sessions revoke --user <id>\n',
    });
    // Every command needs the address one level up.
    for (const args of [
      ['sessions', 'list', '--user', 'user_ada'],
      ['sessions', 'revoke', '--everybody'],
    ])
      expect(await there(`${url}/admin`, ...args)).toEqual({
        code: 1,
        text: expect.stringMatching(/^sojourn: .*--url is the base of the server.*without \/admin/),
      });
    expect((await there(url, 'sessions', 'list', '--user', 'user_ada')).text).toContain('session_');
  });

  it('with 0 when it tells its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, text: `${version}\n` });
  });
});
