import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenResponse } from '../../../src/protocol/token-response.ts';
import { withNewMac } from '../../../src/server/node/change-secrets.ts';
import { keptSecrets, replaceSecrets } from '../../../src/server/node/secrets.ts';
import { run, start, type Program } from './program.ts';

let folder: string;
let running: Program[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sojourn-'))));
afterEach(async () => {
  for (const program of running)
    if (program.child.exitCode === null && program.child.signalCode === null) await program.end('SIGKILL');
  running = [];
  rmSync(folder, { recursive: true });
});

/** A program has a clock that cannot be stepped. */
const pollMs = 50;

const onFile = (): string[] => ['--store', `sqlite:${join(folder, 'x.db')}`];
const keyIdOf = (token: string | undefined): number => Buffer.from(token!, 'base64url')[1]!;

async function serving(): Promise<Program> {
  const program = await start(...onFile(), '--demo-users');
  running.push(program);
  return program;
}

const secrets = async (...args: string[]): Promise<unknown> => {
  const { code, text } = await run('secrets', ...args, ...onFile(), '--json');
  expect(code, text).toBe(0);
  return JSON.parse(text);
};

/** The same refresh again and again, until it is not answered with tokens any more. */
async function refused(server: Program, token: string, key: string): Promise<Response> {
  for (;;) {
    const answer = await server.refresh(token, key);
    if (answer.status !== 200) return answer;
    await setTimeout(pollMs);
  }
}

/** One client that goes on refreshing, now here and now there. */
async function client(
  servers: readonly Program[],
): Promise<{ next: () => Promise<TokenResponse>; at: () => TokenResponse }> {
  let held = await servers[0]!.signIn();
  let turn = 0;
  return {
    at: () => held,
    next: async () => {
      const key = `attempt-${(turn += 1)}`;
      for (;;) {
        const answer = await servers[turn % servers.length]!.refresh(held.refresh_token!, key);
        // A server that has not seen the new secret yet says: later. Nobody is signed out by that.
        await setTimeout(pollMs);
        if (answer.status === 503) continue;
        expect(answer.status).toBe(200);
        return (held = (await answer.json()) as TokenResponse);
      }
    },
  };
}

describe('sojourn secrets', { timeout: 60_000 }, () => {
  it('rotates while two servers run on one store, and nobody is signed out', async () => {
    const servers = [await serving(), await serving()];
    const [ada, grace] = [await client(servers), await client(servers)];
    const away = await servers[0]!.signIn('alan');
    const { session_id: id } = ada.at();
    expect(await secrets('list')).toEqual({
      secrets: [{ id: 1, state: 'signs', signs_from: null, ends_sessions: true }],
      nonce_secrets: [{ id: 'nonce-1', state: 'signs', signs_from: null }],
    });
    expect(await secrets('rotate', '--after', '3s')).toMatchObject({ id: 2, signs_from: expect.any(String) });
    while (keyIdOf((await ada.next()).refresh_token) === 1) await grace.next();
    for (let i = 0; i < 4; i++) await ada.next();
    while (keyIdOf((await grace.next()).refresh_token) === 1) await setTimeout(pollMs);
    expect(ada.at().session_id).toBe(id);

    // Who comes back under the old secret is welcome, until it is retired.
    const old = { ada: ada.at(), away };
    expect((await servers[1]!.refresh(old.away.refresh_token!, 'alan')).status).toBe(200);
    const stays = await servers[0]!.signIn('alan');
    expect(keyIdOf(stays.refresh_token)).toBe(2);

    const retired = await run('secrets', 'retire', '1', ...onFile());
    expect(retired).toEqual({ code: 0, text: expect.stringMatching(/^Secret 1 is retired, secret 2 signs\./) });
    expect((await run('secrets', 'list', ...onFile())).text).toMatch(
      /^SECRET +OF +STATE +SIGNS FROM\n1 +refresh tokens +retired \(sign-outs only\)\n2 +refresh tokens +signs +\d{4}-.*\nnonce-1 +DPoP nonces +signs\n$/,
    );
    for (const server of servers) {
      const answer = await refused(server, away.refresh_token!, 'alan');
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ error: 'invalid_grant', reason: 'unknown' }),
      ]);
    }
    await ada.next();
    await grace.next();
    expect(ada.at().session_id).toBe(id);
  });

  it('retires a stolen secret at once, also the one that signs, and keeps nothing of it', async () => {
    const server = await serving();
    const held = await server.signIn();
    const stolen = (JSON.parse(readFileSync(join(folder, 'x.db.secrets', 'server.json'), 'utf8')) as { mac: object })
      .mac;
    expect(await run('secrets', 'retire', '1', ...onFile())).toEqual({
      code: 1,
      text: expect.stringMatching(/Secret 1 signs now.*--force/),
    });
    expect(await secrets('retire', '1', '--force')).toEqual({
      id: 1,
      retired: true,
      signing: 2,
      ends_sessions: false,
    });
    const answer = await refused(server, held.refresh_token!, 'first');
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant', reason: 'unknown' });
    const again = await server.signIn();
    expect(keyIdOf(again.refresh_token)).toBe(2);
    const kept = readFileSync(join(folder, 'x.db.secrets', 'server.json'), 'utf8');
    for (const secret of Object.values(stolen) as string[]) expect(kept).not.toContain(secret);
  });

  it('loses no change of commands that run at the same time', async () => {
    const kept = join(folder, 'x.db.secrets');
    replaceSecrets(kept, withNewMac(keptSecrets(kept), { now: 0, signsFrom: 1 }).secrets);
    const commands = [['rotate'], ['rotate', '--nonces'], ['retire', '1'], ['list']];
    const ended = await Promise.all(commands.map((args) => run('secrets', ...args, ...onFile())));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(await secrets('list')).toMatchObject({
      secrets: [
        { id: 1, state: 'retired' },
        { id: 2, state: 'signs' },
        { id: 3, state: 'next' },
      ],
      nonce_secrets: [
        { id: 'nonce-1', state: 'signs' },
        { id: 'nonce-2', state: 'next' },
      ],
    });
  });

  it('prints no secret, and wants to know where they are', async () => {
    await (await serving()).end('SIGTERM');
    const { mac, nonces } = JSON.parse(readFileSync(join(folder, 'x.db.secrets', 'server.json'), 'utf8')) as {
      mac: object;
      nonces: Array<{ secret: string }>;
    };
    for (const args of [
      ['list'],
      ['list', '--json'],
      ['rotate'],
      ['retire', '2'],
      ['rotate', '--nonces'],
      ['retire', 'nonce-2'],
    ]) {
      const { code, text } = await run('secrets', ...args, ...onFile());
      expect(code, text).toBe(0);
      for (const secret of [...(Object.values(mac) as string[]), ...nonces.map((each) => each.secret)])
        expect(text).not.toContain(secret);
    }
    const elsewhere = ['--store', `sqlite:${join(folder, 'none.db')}`];
    expect(await run('secrets', 'list', ...elsewhere)).toEqual({
      code: 1,
      text: expect.stringMatching(/There are no secrets in .*none\.db\.secrets/),
    });
    expect((await run('secrets', 'list', '--store', 'redis://localhost')).text).toMatch(/--secrets <folder>/);
    const folderOf = ['--store', 'redis://localhost', '--secrets', join(folder, 'x.db.secrets')];
    expect((await run('secrets', 'list', ...folderOf)).code).toBe(0);
    expect((await run('secrets', 'list', '--store', 'memory')).code).toBe(1);
  });
});
