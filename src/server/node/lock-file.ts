import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** A lock that somebody holds. */
export interface HeldLock {
  /** False when others gave its holder up for dead. To be asked right before the step that the lock is for. */
  isHeld: () => boolean;
  release: () => void;
}

/** What {@link takeLock} takes. */
export interface LockOptions {
  /** So long a waiter looks at the lock of one holder before it takes it for dead. Default: 10 seconds. */
  takeOverAfterMs?: number;
}

const lookAgainMs = 20;

/**
 * Takes a lock between processes, of one machine or of several that share a folder: a file that only one can make (`O_EXCL`). It is
 * for steps of milliseconds. A holder that died is told from one that works by watching: a waiter that sees the same lock for
 * too long takes it away. It compares no clocks, and no process ids, which mean nothing in another container.
 */
export async function takeLock(path: string, { takeOverAfterMs = 10_000 }: LockOptions = {}): Promise<HeldLock> {
  const mine = randomUUID();
  let watched: { lock: string | null; since: number } = { lock: null, since: 0 };
  while (!isMade(path, mine)) {
    const lock = contentOf(path);
    if (lock !== watched.lock) watched = { lock, since: performance.now() };
    else if (lock !== null && performance.now() - watched.since >= takeOverAfterMs) takeAway(path, lock);
    await setTimeout(lookAgainMs);
  }
  const isHeld = (): boolean => contentOf(path) === mine;
  return {
    isHeld,
    release: () => {
      if (isHeld()) rmSync(path, { force: true });
    },
  };
}

function isMade(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Of several waiters only one can rename the file. One that comes late gets the lock of the next holder, and puts it back. */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (contentOf(aside) !== dead) linkSync(aside, path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
