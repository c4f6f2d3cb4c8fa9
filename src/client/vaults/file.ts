import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Vault, VaultContents } from '../core/vault.ts';
import { fileTrouble, withFileLock } from './file-lock.ts';
import { changeText, parseText } from './text.ts';

/** Options of {@link fileVault}. */
export interface FileVaultOptions {
  /** How long to wait for another process, in milliseconds. @default 3000 */
  boundMs?: number;
}

/**
 * A vault in one file, for command lines and services on Node. Several processes may share it. Bearer tokens only; the file is
 * readable by its owner alone (mode 0600) and replaced as a whole, so that a crash leaves the old one or the new one.
 * Sessions of another server need another file.
 *
 * @example
 * ```ts
 * createSessionManager({ vault: fileVault(`${homedir()}/.config/app/session.json`), binding: 'none' });
 * ```
 */
export function fileVault(path: string, { boundMs = 3000 }: FileVaultOptions = {}): Vault {
  const aside = `${path}.unreadable`;

  async function update(change: (contents: VaultContents) => VaultContents): Promise<VaultContents> {
    const next = changeText(await load(path), change);
    if (next.aside) await replace(aside, next.aside);
    if (next.aside === null) await rm(aside, { force: true }).catch(refuse);
    if (next.text !== null) await replace(path, next.text);
    return next.contents;
  }

  return {
    persistence: () => 'persistent',
    subscribe: () => () => {},
    read: async () => parseText(await load(path)),
    async update(change) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(refuse);
      return withFileLock(`${path}.lock`, boundMs, () => update(change));
    },
    close: () => {},
  };
}

function refuse(error: unknown): never {
  throw fileTrouble(error);
}

function load(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? null : refuse(error),
  );
}

/** Writes beside, on disk for sure, then takes the place at once. */
async function replace(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  try {
    const handle = await open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw fileTrouble(error);
  }
}
