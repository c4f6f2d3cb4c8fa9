import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileVault } from '../../../src/client/vaults/file.ts';
import { liveRecord } from './records.ts';
import { testVault } from './vault-conformance.ts';

let root: string;
beforeAll(async () => void (root = await mkdtemp(path.join(tmpdir(), 'sojourn-vault-'))));
afterAll(() => rm(root, { recursive: true }));

let count = 0;
const newPath = (): string => path.join(root, `${count++}`, 'session.json');
const textOf = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null);

testVault('file', () => {
  const file = newPath();
  return {
    open: () => fileVault(file),
    persistence: 'persistent',
    holdsKeys: false,
    shared: true,
    async putRaw(raw) {
      await fileVault(file)
        .update((contents) => ({ ...contents }))
        .catch(() => {});
      await writeFile(file, JSON.stringify(raw));
    },
    quarantined: async () => JSON.parse((await textOf(`${file}.unreadable`)) ?? 'null') ?? undefined,
  };
});

describe('file vault', () => {
  test('only the owner can read the file, and nothing is left beside it', async () => {
    const file = newPath();
    await fileVault(file).update((contents) => ({ ...contents, record: liveRecord() }));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect(await readdir(path.dirname(file))).toEqual(['session.json']);
  });

  test('H6: a torn file is unreadable, not an error', async () => {
    const file = newPath();
    await fileVault(file).update((contents) => ({ ...contents, activityAt: 1 }));
    await writeFile(file, '{"version":1,"rec');
    expect(await fileVault(file).read()).toMatchObject({ trouble: 'corrupt' });
    await writeFile(file, '');
    expect(await fileVault(file).read()).toMatchObject({ trouble: 'corrupt' });
  });

  test('a lock that a living process holds is waited for, no longer than the bound', async () => {
    const file = newPath();
    const vault = fileVault(file, { boundMs: 50 });
    await vault.update((contents) => ({ ...contents, activityAt: 1 }));
    await writeFile(`${file}.lock`, String(process.pid));
    await expect(vault.update((contents) => ({ ...contents, activityAt: 2 }))).rejects.toMatchObject({
      code: 'storage_unavailable',
      retryable: true,
    });
    expect((await vault.read()).activityAt).toBe(1);
    await rm(`${file}.lock`);
    await vault.update((contents) => ({ ...contents, activityAt: 2 }));
  });

  test('a lock of a dead process, or an old one, is broken', async () => {
    const file = newPath();
    const vault = fileVault(file, { boundMs: 50 });
    await vault.update((contents) => ({ ...contents, activityAt: 1 }));
    await writeFile(`${file}.lock`, '999999999');
    await vault.update((contents) => ({ ...contents, activityAt: 2 }));
    await writeFile(`${file}.lock`, String(process.pid));
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${file}.lock`, longAgo, longAgo);
    await vault.update((contents) => ({ ...contents, activityAt: 3 }));
    expect(await readdir(path.dirname(file))).toEqual(['session.json']);
  });

  test('a place that cannot be written is a typed error', async () => {
    const file = path.join(root, 'a file');
    await writeFile(file, '');
    const vault = fileVault(path.join(file, 'session.json'));
    await expect(vault.update((contents) => ({ ...contents }))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(fileVault(root).read()).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  test('two processes that count at once lose nothing', async () => {
    const file = newPath();
    const children = [1, 2].map(() =>
      fork(path.join(import.meta.dirname, 'count-in-file.ts'), [file, '40'], { execArgv: [] }),
    );
    const codes = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(codes.map(([code]) => code)).toEqual([0, 0]);
    expect((await fileVault(file).read()).activityAt).toBe(80);
  });
});
