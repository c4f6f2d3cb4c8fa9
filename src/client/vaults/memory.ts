import { emptyContents, type Vault } from '../core/vault.ts';

/** A vault that lasts as long as the page or process. Managers share it by sharing the object. */
export function memoryVault(): Vault {
  let contents = emptyContents;
  return {
    persistence: () => 'memory',
    subscribe: () => () => {},
    read: async () => contents,
    update: async (change) => (contents = change(contents)),
    close: () => {},
  };
}
