import type { Clock } from '../core/ports.ts';
import { idbStore, type IdbStore } from './idb-store.ts';

/**
 * Where the leases rest that take the place of Web Locks on pages that have none (an insecure origin): all tabs see them.
 * Undefined where there is no IndexedDB either.
 */
export function indexedDbLeases(clock: Clock): Pick<IdbStore, 'edit'> | undefined {
  return 'indexedDB' in globalThis ? idbStore('sojourn:leases', { clock }) : undefined;
}
