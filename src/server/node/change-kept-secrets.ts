import { takeLock, type LockOptions } from './lock-file.ts';
import { keptSecrets, replaceSecrets, secretsFile, type ServerSecrets } from './secrets.ts';

/**
 * Reads the secrets of a folder, changes them, and writes them back, while nobody else does so: of several changes at the same time,
 * each one builds on the one before. Answers what `change` did. Servers that run are not held up: they read what is there.
 *
 * A process that is stopped in the middle, and goes on after others have taken its lock away, finds that out before it writes, and
 * changes again what is there then.
 *
 * @param change may be called more than once. What it throws is thrown, and nothing is changed.
 */
export async function changeKeptSecrets<T extends { secrets: ServerSecrets }>(
  folder: string,
  change: (secrets: ServerSecrets) => T,
  options?: LockOptions,
): Promise<T> {
  for (;;) {
    const lock = await takeLock(`${secretsFile(folder)}.lock`, options);
    try {
      const changed = change(keptSecrets(folder));
      if (replaceSecrets(folder, changed.secrets, lock.isHeld)) return changed;
    } finally {
      lock.release();
    }
  }
}
