import type { Vault } from '../core/vault.ts';

/** A vault whose code is loaded when it is first used; until then it says where tokens rest as `known` does. */
export function lazyVault(
  load: () => Promise<Vault>,
  known: Pick<Vault, 'persistence' | 'subscribe'> = { persistence: () => 'tab', subscribe: () => () => {} },
): Vault {
  let loaded: Promise<Vault> | undefined;
  const vault = (): Promise<Vault> =>
    (loaded ??= load().catch((error: unknown) => {
      // Without a network the code may not be had now; the next use asks again.
      loaded = undefined;
      throw error;
    }));
  return {
    persistence: () => known.persistence(),
    subscribe: (listener) => known.subscribe(listener),
    read: async () => (await vault()).read(),
    update: async (change) => (await vault()).update(change),
    close: () => void loaded?.then((opened) => opened.close()).catch(() => {}),
  };
}
