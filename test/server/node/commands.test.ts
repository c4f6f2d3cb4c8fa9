import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenResponse } from '../../../src/protocol/token-response.ts';
import { run, runWith, startWith, type Program } from './program.ts';

const apiKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';
let folder: string;
let program: Program | null = null;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sojourn-'))));
afterEach(async () => {
  if (program?.child.exitCode === null && program.child.signalCode === null) await program.end('SIGKILL');
  program = null;
  rmSync(folder, { recursive: true });
});

const onFile = (): string[] => ['--store', `sqlite:${join(folder, 'x.db')}`];

async function serving(...args: string[]): Promise<Program> {
  program = await startWith({ SOJOURN_ADMIN_KEYS: apiKey }, '--demo-users', ...args);
  return program;
}

const json = async (...args: string[]): Promise<unknown> => {
  const { code, text } = await run(...args, '--json');
  expect(text).not.toContain('"refresh_token"');
  return { code, ...(JSON.parse(text) as object) };
};

describe('sojourn sessions', { timeout: 60_000 }, () => {
  it('lists, shows and ends sessions of a server that runs on the same file', async () => {
    const { signIn, url } = await serving(...onFile());
    const [first, second] = [await signIn(), await signIn()];
    const listed = await run('sessions', 'list', '--user', 'user_ada', ...onFile());
    expect(listed.code).toBe(0);
    expect(listed.text.split('\n')[0]).toMatch(/^ID +TYPE +STATE +SIGNED IN +LAST ACTIVE +ENDS +DEVICE$/);
    for (const { session_id, refresh_token, access_token } of [first, second]) {
      expect(listed.text).toContain(session_id);
      expect(listed.text).not.toContain(refresh_token);
      expect(listed.text).not.toContain(access_token);
    }
    expect(await run('sessions', 'show', first.session_id, ...onFile())).toEqual({
      code: 0,
      text: expect.stringMatching(/^id +session_[^]*\nuser +user_ada\n[^]*\nstate +active\n/),
    });

    expect(await run('sessions', 'revoke', first.session_id, ...onFile())).toEqual({ code: 0, text: 'It is over.\n' });
    expect((await program!.refresh(first.refresh_token!, 'late')).status).toBe(400);
    expect(await json('sessions', 'show', first.session_id, ...onFile())).toMatchObject({
      code: 0,
      end_reason: 'revoked',
    });
    expect((await run('sessions', 'revoke', first.session_id, ...onFile())).code).toBe(1);
    expect(await json('sessions', 'revoke', '--user', 'user_ada', ...onFile())).toMatchObject({ code: 0, count: 1 });
    const answer = await fetch(`${url}/session`, { headers: { authorization: `Bearer ${second.access_token}` } });
    expect(answer.status).toBe(401);
    expect(await run('sessions', 'list', '--user', 'user_ada', ...onFile())).toEqual({
      code: 0,
      text: 'No live sessions.\n',
    });
    const { refresh_token: late } = await program!.signIn('grace');
    expect(await run('sessions', 'revoke', '--everybody', ...onFile())).toEqual({
      code: 0,
      text: expect.stringMatching(/^All sessions of all users are over\./),
    });
    expect((await program!.refresh(late!, 'later')).status).toBe(400);
  });

  it('does the same through a server, with an API key that is in no list of processes', async () => {
    const { signIn, url } = await serving('--store', 'memory');
    const { session_id } = await signIn('grace');
    const through = (key: string, ...args: string[]): Promise<{ code: number | null; text: string }> =>
      runWith({ env: { MY_KEY: key } }, ...args, '--url', url, '--api-key-env', 'MY_KEY');
    const listed = await through(apiKey, 'sessions', 'list', '--user', 'user_grace');
    expect(listed).toEqual({ code: 0, text: expect.stringContaining(session_id) });
    expect(await through(apiKey, 'sessions', 'revoke', session_id)).toEqual({ code: 0, text: 'It is over.\n' });
    const refused = await through('wrong-key-Zx81-q0p9-w2o8-e3i7-r4u6', 'sessions', 'show', session_id);
    expect(refused).toEqual({ code: 1, text: expect.stringMatching(/^sojourn: .*API key.*\n$/) });
    expect(refused.text).not.toContain('wrong-key');
  });

  it('fails with 1 and says why, and leaves no new database behind', async () => {
    const missing = await run('sessions', 'list', '--user', 'u', ...onFile());
    expect(missing).toEqual({ code: 1, text: expect.stringMatching(/^sojourn: There is no database at .*x\.db/) });
    expect(await run('sessions', 'list', '--user', 'u', '--store', 'memory')).toEqual({
      code: 1,
      text: expect.stringMatching(/ask that server: --url/),
    });
    expect((await run('sessions', 'list', ...onFile())).code).toBe(2);
    const away = await runWith(
      { env: { K: apiKey } },
      'sessions',
      'show',
      'x',
      '--url',
      'http://127.0.0.1:1',
      '--api-key-env',
      'K',
    );
    expect(away.code).toBe(1);
  });

  it('shows what strangers wrote without obeying it', async () => {
    const { url, end } = await serving(...onFile());
    const body = JSON.stringify({
      credentials: { username: 'ada', password: 'demo' },
      device: { label: '\u001B[2Jgone\r\nID forged' },
    });
    await fetch(`${url}/sessions`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    await end('SIGTERM');
    const { text } = await run('sessions', 'list', '--user', 'user_ada', ...onFile());
    for (const character of ['\u001B', '\r']) expect(text).not.toContain(character);
    expect(text.split('\n')).toHaveLength(3);
  });
});

describe('sojourn types', { timeout: 60_000 }, () => {
  it('keeps, shows, changes and removes session types', async () => {
    await (await serving(...onFile())).end('SIGTERM');
    const file = join(folder, 'kiosk.json');
    writeFileSync(file, JSON.stringify({ tag: 'kiosk', name: 'Kiosk', window: '10m', selector: null }));
    expect(await run('types', 'define', file, ...onFile())).toEqual({
      code: 0,
      text: 'The session type kiosk is kept.\n',
    });
    const again = await run('types', 'define', file, ...onFile());
    expect(again).toEqual({ code: 1, text: expect.stringContaining('--update') });
    writeFileSync(file, JSON.stringify({ tag: 'kiosk', window: '20m' }));
    expect(await json('types', 'define', file, '--update', ...onFile())).toMatchObject({ name: 'Kiosk', window: 1200 });
    expect((await run('types', 'list', ...onFile())).text).toMatch(/^TAG +NAME +WINDOW.*\nkiosk +Kiosk +1200 s/);
    expect((await run('types', 'show', 'kiosk', ...onFile())).text).toMatch(/^tag +kiosk\n[^]*\nper user +default\n/);
    writeFileSync(file, JSON.stringify({ tag: 'kiosk', widnow: '20m' }));
    expect(await run('types', 'define', file, ...onFile())).toEqual({
      code: 1,
      text: expect.stringContaining('widnow'),
    });
    expect((await run('types', 'define', join(folder, 'none.json'), ...onFile())).text).toMatch(
      /there is no such file/,
    );
    expect(await json('types', 'remove', 'kiosk', ...onFile())).toEqual({ code: 0, removed: true });
    expect((await run('types', 'show', 'kiosk', ...onFile())).code).toBe(1);
  });
});

describe('sojourn keys', { timeout: 60_000 }, () => {
  it('lists, rotates and retires signing keys, and prints no secret half', async () => {
    const { url, signIn } = await serving(...onFile());
    expect(await run('keys', 'list', ...onFile())).toEqual({
      code: 0,
      text: 'There are no signing keys yet: the server makes one when it first needs it.\n',
    });
    const held = await signIn();
    const keySet = async (): Promise<string[]> =>
      ((await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: Array<{ kid: string }> }).keys.map(
        ({ kid }) => kid,
      );
    const [kid] = await keySet();
    const listed = await run('keys', 'list', ...onFile());
    expect(listed.text).toMatch(new RegExp(`^KEY +ALGORITHM +STATE.*\n${kid} +ES256 +signs `));
    const refused = await run('keys', 'retire', kid!, ...onFile());
    expect(refused).toEqual({ code: 1, text: expect.stringContaining('keys rotate') });

    const rotated = (await json('keys', 'rotate', ...onFile())) as { kid: string; signs_from: string };
    expect(Date.parse(rotated.signs_from)).toBeGreaterThan(Date.now() + 9 * 60_000);
    const { keys } = (await json('keys', 'list', ...onFile())) as { keys: Array<{ kid: string; state: string }> };
    expect(keys.map((key) => [key.kid, key.state])).toEqual([
      [kid, 'signs'],
      [rotated.kid, 'next'],
    ]);
    expect(JSON.stringify(keys)).not.toMatch(/"d"|"k"|jwk/);

    const asking = async (token: string): Promise<number> =>
      (await fetch(`${url}/session`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await asking(held.access_token)).toBe(200);
    expect((await run('keys', 'retire', kid!, '--force', ...onFile())).code).toBe(0);
    // The server that runs reads its keys again within five seconds; a refresh brings a token by the next one.
    while ((await asking(held.access_token)) === 200) await setTimeout(100);
    const answer = (await (await program!.refresh(held.refresh_token!, 'next')).json()) as TokenResponse;
    expect(await asking(answer.access_token)).toBe(200);
    expect(await keySet()).toEqual([rotated.kid]);
    expect((await run('keys', 'retire', kid!, ...onFile())).text).toMatch(/no signing key of this name/);
    await program!.end('SIGTERM');
    await serving(...onFile());
    const after = await fetch(`${program!.url}/.well-known/jwks.json`);
    expect(await after.text()).not.toContain(kid);
  });
});
