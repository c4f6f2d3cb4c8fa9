import type { Cleanup, Platform } from '../core/ports.ts';

/** A page that was just reloaded may find its own former self still holding the id, for up to a quarter of a second. */
const patienceMs = 400;

/** What a {@link claimTabId} stands on. */
export type TabIdParts = Pick<Platform, 'abort' | 'clock' | 'mutex' | 'random'>;

/** An id that no other living tab has. */
export interface TabClaim {
  id: string;
  release: Cleanup;
}

/**
 * The id that this tab keeps in sessionStorage. Duplicating a tab copies sessionStorage, so the id is claimed with a lock; one
 * that is taken stays with its first owner, and a new one is made here.
 */
export async function claimTabId(name: string, parts: TabIdParts): Promise<TabClaim> {
  const key = `sojourn:${name}:tab`;
  const found = readId(key);
  const release = found && (await claim(name, found, parts));
  if (release) return { id: found, release };
  const id = parts.random.key();
  try {
    sessionStorage.setItem(key, id);
  } catch {
    // Blocked: the id lasts as long as the page.
  }
  return { id, release: (await claim(name, id, parts)) ?? (() => {}) };
}

/** Holds `id` for as long as the page lives; null when another tab does, and still does after `waitMs`. */
export function claim(
  name: string,
  id: string,
  { abort, clock, mutex }: TabIdParts,
  waitMs: number = patienceMs,
): Promise<Cleanup | null> {
  return new Promise((resolve) => {
    const stop = abort();
    const release = (): void => stop.abort();
    const giveUp = clock.after(waitMs, () => {
      release();
      resolve(null);
    });
    const held = (): void => {
      giveUp();
      resolve(release);
    };
    mutex(`${name}:tab:${id}`)
      .hold((signal) => {
        held();
        return new Promise((end) => (signal as AbortSignal).addEventListener('abort', () => end()));
      }, stop.signal)
      // No lock of any kind: the id is believed.
      .catch(held);
  });
}

function readId(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
