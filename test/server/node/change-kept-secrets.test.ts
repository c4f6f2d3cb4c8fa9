import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeKeptSecrets } from '../../../src/server/node/change-kept-secrets.ts';
import { keptSecrets, type ServerSecrets } from '../../../src/server/node/secrets.ts';

const program = fileURLToPath(new URL('./secrets-changer.ts', import.meta.url));
const patient = 60_000;

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sojourn-'));
  keptSecrets(folder);
  children = [];
});
afterEach(() => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Changer {
  /** Until it has said once more that it is in the middle of its change. */
  inTheMiddle: () => Promise<unknown>;
  goOn: () => void;
  kill: () => Promise<unknown>;
  code: () => Promise<unknown>;
}

/** Another process that adds a secret of this id. */
function changer(id: number, pace: 'wait' | 'go', takeOverAfterMs = patient): Changer {
  const args = [program, folder, String(id), String(takeOverAfterMs), pace];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const ended = once(child, 'close');
  return {
    inTheMiddle: () => once(child.stdout, 'data'),
    goOn: () => void child.stdin.write('.'),
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
    code: async () => (await ended)[0] as unknown,
  };
}

/** The same in this process. */
const add = (id: number, takeOverAfterMs = patient): Promise<{ secrets: ServerSecrets }> =>
  changeKeptSecrets(
    folder,
    (secrets) => ({ secrets: { ...secrets, mac: { ...secrets.mac, [id]: new Uint8Array(32).fill(id) } } }),
    { takeOverAfterMs },
  );
const ids = (): number[] => Object.keys(keptSecrets(folder).mac).map(Number);

describe('changes of the secrets in a folder', { timeout: 60_000 }, () => {
  it('wait for the one that another process is in the middle of, and build on it', async () => {
    const other = changer(2, 'wait');
    await other.inTheMiddle();
    const mine = add(3);
    other.goOn();
    expect([await other.code(), Object.keys((await mine).secrets.mac)]).toEqual([0, ['1', '2', '3']]);
    expect(ids()).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(['server.json']);
  });

  it('of many processes at the same time are all there', async () => {
    const others = [2, 3, 4, 5, 6, 7].map((id) => changer(id, 'go'));
    expect(await Promise.all(others.map(({ code }) => code()))).toEqual(others.map(() => 0));
    expect(ids()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(readdirSync(folder)).toEqual(['server.json']);
  });

  it('go on after a process that was killed in the middle', async () => {
    const other = changer(2, 'wait');
    await other.inTheMiddle();
    await other.kill();
    expect(readdirSync(folder)).toEqual(['server.json', 'server.json.lock']);
    await add(3, 100);
    expect([ids(), readdirSync(folder)]).toEqual([[1, 3], ['server.json']]);
  });

  it('of many that find a dead lock at once are all there', async () => {
    writeFileSync(path.join(folder, 'server.json.lock'), 'of somebody who is dead');
    const others = [2, 3, 4, 5].map((id) => changer(id, 'go', 1000));
    await add(6, 1000);
    expect(await Promise.all(others.map(({ code }) => code()))).toEqual(others.map(() => 0));
    expect([ids(), readdirSync(folder)]).toEqual([[1, 2, 3, 4, 5, 6], ['server.json']]);
  });

  it('are made again by a process that was taken for dead and goes on', async () => {
    const other = changer(2, 'wait');
    await other.inTheMiddle();
    await add(3, 100);
    expect(ids()).toEqual([1, 3]);
    const again = other.inTheMiddle();
    other.goOn();
    await again;
    other.goOn();
    expect(await other.code()).toBe(0);
    expect([ids(), readdirSync(folder)]).toEqual([[1, 2, 3], ['server.json']]);
  });

  it('that fail change nothing and hold nobody up', async () => {
    const failing = changeKeptSecrets(folder, () => {
      throw new Error('no such secret');
    });
    await expect(failing).rejects.toThrow('no such secret');
    expect([ids(), readdirSync(folder)]).toEqual([[1], ['server.json']]);
    await add(2);
    expect(ids()).toEqual([1, 2]);
  });
});
