import type { Persistence, Vault } from '../core/vault.ts';

/** A vault whose code is loaded when it is first used. */
export function lazyVault(persistence: Persistence, load: () => Promise<Vault>): Vault {
  let loaded: Promise<Vault> | undefined;
  const vault = (): Promise<Vault> => (loaded ??= load());
  return {
    persistence: () => persistence,
    subscribe: () => () => {},
    read: async () => (await vault()).read(),
    update: async (change) => (await vault()).update(change),
    close: () => void loaded?.then((opened) => opened.close()),
  };
}
