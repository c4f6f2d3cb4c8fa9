import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyStore } from '../tokens/key-store.ts';
import type { StoredKey } from '../tokens/signing-key.ts';

const suffix = '.key.json';

/** Signing keys as files of a folder, one each, for the owner alone (0600). Servers on one machine can share it. */
export function fileKeyStore(folder: string): KeyStore {
  const fileOf = (kid: string): string => join(folder, kid.replaceAll(/[^\w-]/g, '') + suffix);

  return {
    list: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
      return Promise.all(
        names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredKey),
      );
    },
    add: async (key) => {
      const draft = `${fileOf(key.kid)}.${process.pid}`;
      await writeFile(draft, JSON.stringify(key), { mode: 0o600, flush: true });
      await rename(draft, fileOf(key.kid));
    },
    remove: (kid) => rm(fileOf(kid), { force: true }),
  };
}
