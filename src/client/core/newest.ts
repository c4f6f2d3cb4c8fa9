import type { Surroundings } from './surroundings.ts';
import type { VaultContents } from './vault.ts';

const mostReads = 3;

/**
 * Asks storage, and hands what it says to `take` unless this tab has learnt something since it asked: what storage said may
 * be older than that (the tab was frozen in between, or several questions were under way), so it is read again.
 */
export async function askStorage(
  { tab, vault }: Pick<Surroundings, 'tab' | 'vault'>,
  ask: () => Promise<VaultContents>,
  take: (contents: VaultContents) => void,
): Promise<void> {
  let since = tab.version();
  let contents = await ask();
  for (let reads = 1; since !== tab.version() && reads < mostReads; reads++) {
    since = tab.version();
    contents = await vault()
      .read()
      .catch(() => contents);
  }
  take(contents);
}
