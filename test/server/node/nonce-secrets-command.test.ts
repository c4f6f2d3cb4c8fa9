import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptSecrets } from '../../../src/server/node/secrets.ts';
import { createDpopNonces } from '../../../src/server/tokens/dpop-nonces.ts';
import { provingClient } from '../tokens/proving-client.ts';
import { run, start, type Program } from './program.ts';

let folder: string;
let running: Program[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sojourn-'))));
afterEach(async () => {
  for (const program of running) await program.end('SIGKILL');
  running = [];
  rmSync(folder, { recursive: true });
});

/** A program has a clock that cannot be stepped. */
const pollMs = 50;

const onFile = (): string[] => ['--store', `sqlite:${join(folder, 'x.db')}`];

async function serving(): Promise<Program> {
  const program = await start(...onFile(), '--dpop-nonce');
  running.push(program);
  return program;
}

async function secrets(...args: string[]): Promise<unknown> {
  const { code, text } = await run('secrets', ...args, ...onFile(), '--json');
  expect(code, text).toBe(0);
  return JSON.parse(text);
}

async function isOfSecret(id: number, nonce: string): Promise<boolean> {
  const { nonces } = keptSecrets(join(folder, 'x.db.secrets'));
  const { secret } = nonces.find((each) => each.id === id)!;
  return createDpopNonces({ secret }).accepts(nonce);
}

/** Whether a server takes a proof with a nonce, and the nonce that it gives where it does not. */
type Prove = (server: Program, nonce?: string) => Promise<{ status: number; code: unknown; given: string }>;

async function prover(): Promise<Prove> {
  const client = await provingClient(Date.now);
  return async ({ url }, nonce) => {
    const dpop = await client.prove('POST', `${url}/revoke`, { claims: { nonce } });
    const body = new URLSearchParams({ token: 'unknown' });
    const answer = await fetch(`${url}/revoke`, { method: 'POST', headers: { dpop }, body });
    const { code } = (await answer.json()) as { code?: unknown };
    return { status: answer.status, code, given: answer.headers.get('dpop-nonce') ?? '' };
  };
}

describe('sojourn secrets, of nonces', { timeout: 60_000 }, () => {
  it('rotates while two servers run, and no nonce is refused; retires, and clients get new ones', async () => {
    const servers = [await serving(), await serving()];
    const prove = await prover();
    const { given: old } = await prove(servers[0]!);
    const { id } = (await secrets('rotate', '--nonces', '--after', '2s')) as { id: unknown };
    expect(id).toBe('nonce-2');

    // Until both give nonces of the new secret: whichever server gave one, both take it, all the time.
    const changed = new Set<Program>();
    const given = new Set([old]);
    while (changed.size < servers.length) {
      for (const server of servers) {
        const nonce = (await prove(server)).given;
        given.add(nonce);
        if (await isOfSecret(2, nonce)) changed.add(server);
      }
      for (const nonce of given)
        for (const server of servers) expect((await prove(server, nonce)).status, nonce).toBe(200);
      await setTimeout(pollMs);
    }
    expect(await secrets('list')).toMatchObject({
      nonce_secrets: [
        { id: 'nonce-1', state: 'verifies', signs_from: null },
        { id: 'nonce-2', state: 'signs', signs_from: expect.any(String) },
      ],
    });

    expect(await secrets('retire', 'nonce-1')).toEqual({ id: 'nonce-1', retired: true, signing: 'nonce-2' });
    for (const server of servers) {
      let answer = await prove(server, old);
      while (answer.status === 200) {
        await setTimeout(pollMs);
        answer = await prove(server, old);
      }
      expect(answer).toMatchObject({ status: 400, code: 'use_dpop_nonce' });
      for (const each of servers) expect((await prove(each, answer.given)).status).toBe(200);
    }
  });
});
