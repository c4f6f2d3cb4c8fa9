// A page load: until the manager is ready, or until a bare IndexedDB has answered the same record.
import { createSessionManager } from 'sojourn';

/** What one page load measured, in milliseconds. */
export interface Load {
  ms: number;
  /** Until the hint for the first paint could be read. */
  hintMs: number;
  /** The hint was there at once, and the vault then said the same. */
  isHintRight: boolean;
}

declare global {
  var load: Promise<Load>;
}

async function ours(): Promise<Load> {
  const start = performance.now();
  const manager = createSessionManager({ url: location.origin, name: 'ready', liveEvents: false });
  const state = manager.getState();
  const hintMs = performance.now() - start;
  const { status } = await manager.ready();
  const ms = performance.now() - start;
  if (status !== 'authenticated') throw new Error(`The page load ended ${status}.`);
  return { ms, hintMs, isHintRight: state.status === 'loading' && state.hint === 'signed_in' };
}

/** Open and get of what the manager stored, keys included; nothing else. */
async function floor(): Promise<Load> {
  const start = performance.now();
  const record = await new Promise<unknown>((resolve, reject) => {
    const opening = indexedDB.open(`sojourn:ready@${location.origin}`);
    opening.onerror = () => reject(opening.error as Error);
    opening.onsuccess = () => {
      const get = opening.result.transaction('vault').objectStore('vault').get('contents');
      get.onerror = () => reject(get.error as Error);
      get.onsuccess = () => resolve(get.result);
    };
  });
  const ms = performance.now() - start;
  const { key } = (record as { record: { key: { privateKey: unknown } } }).record;
  if (!(key.privateKey instanceof CryptoKey)) throw new Error('The bare read did not get the record with its keys.');
  return { ms, hintMs: 0, isHintRight: true };
}

async function setUp(): Promise<Load> {
  const manager = createSessionManager({ url: location.origin, name: 'ready', liveEvents: false });
  await manager.signIn({ username: 'ada' });
  return { ms: 0, hintMs: 0, isHintRight: true };
}

const runs: Record<string, () => Promise<Load>> = { ours, floor, setUp };
globalThis.load = (runs[location.search.slice(1)] ?? setUp)();
document.title = 'ready';
