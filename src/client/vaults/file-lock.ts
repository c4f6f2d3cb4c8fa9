import { open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionError } from '../../protocol/session-error.ts';
import { unavailable } from './trouble.ts';

/** A failure of the file system, as a vault reports it. */
export function fileTrouble(error: unknown): SessionError {
  const { name, code } = error as NodeJS.ErrnoException;
  return unavailable(`the file system refused (${code ?? name})`, error);
}

/** A holder works for milliseconds; a lock this old belongs to nobody. */
const abandonedMs = 10_000;
const pauseMs = 10;

/**
 * Runs `work` while this process alone holds the lock file at `path`. A lock whose process is gone, or that is older than ten
 * seconds, is broken.
 * @throws SessionError `storage_unavailable` when it cannot be had within `boundMs`
 */
export async function withFileLock<T>(path: string, boundMs: number, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + boundMs;
  let handle: FileHandle | null;
  while (!(handle = await tryToTake(path))) {
    if (await isAbandoned(path)) await breakLock(path);
    else if (performance.now() > until)
      throw unavailable(`another process holds ${path} for longer than ${boundMs} ms`);
    else await sleep(pauseMs);
  }
  try {
    return await work();
  } finally {
    await handle.close();
    await rm(path, { force: true });
  }
}

async function tryToTake(path: string): Promise<FileHandle | null> {
  try {
    const handle = await open(path, 'wx', 0o600);
    await handle.writeFile(String(process.pid));
    return handle;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw fileTrouble(error);
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > abandonedMs) return true;
    const pid = Number(await readFile(path, 'utf8'));
    return pid > 0 && !isAlive(pid);
  } catch {
    // Freed meanwhile.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** One at a time, looking again: of two that saw the same dead lock, the second must not remove the first one's new lock. */
async function breakLock(path: string): Promise<void> {
  const breaking = `${path}.break`;
  const handle = await tryToTake(breaking);
  if (!handle) {
    if (await isAbandoned(breaking)) await rm(breaking, { force: true });
    return;
  }
  try {
    if (await isAbandoned(path)) await rm(path, { force: true });
  } finally {
    await handle.close();
    await rm(breaking, { force: true });
  }
}
