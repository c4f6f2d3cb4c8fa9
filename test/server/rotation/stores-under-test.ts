import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { createSqliteStore } from 'sojourn/server/stores/sqlite';
import type { Store } from '../../../src/server/engine/store.ts';
import { temporaryFolder } from '../stores/temporary-folder.ts';
import { startSqliteServers } from './sqlite-servers.ts';
import { watchDurable } from './durable-steps.ts';

/** An empty store, and its fate. */
export interface StoreUnderTest {
  store: Store;
  /** The same sessions as another server finds them. */
  elsewhere: Store;
  /** What the worst power cut or failover leaves: all durable steps, and no step after the last of them. */
  afterPowerCut(): Promise<Store>;
  dispose(): Promise<void>;
}

/** A kind of store. */
export interface StoreKind {
  name: string;
  /** Answers what makes one, and what ends whatever that needs. */
  start(): { make(): Promise<StoreUnderTest>; stop(): Promise<void> };
}

const stop = async (): Promise<void> => {};

/** Every store that must keep the promises of rotation. */
export const storeKinds: StoreKind[] = [
  { name: 'memory', start: () => ({ make: async () => inOneProcess(createMemoryStore), stop }) },
  {
    name: 'SQLite in memory',
    start: () => ({ make: async () => inOneProcess(() => createSqliteStore({ path: ':memory:' })), stop }),
  },
  { name: 'SQLite', start: () => ({ make: () => onAFile(onDisk), stop }) },
  { name: 'SQLite shared by four processes', start: inFourProcesses },
];

/** A store that dies with its process. What a cut leaves is made by doing again what was done up to it. */
async function inOneProcess(create: () => Store): Promise<StoreUnderTest> {
  const opened = [create()];
  const watched = watchDurable(opened[0]!);
  return {
    store: watched.store,
    elsewhere: watched.store,
    afterPowerCut: async () => {
      const store = create();
      opened.push(store);
      await watched.repeat(store);
      return store;
    },
    dispose: async () => {
      for (const store of opened) await store.close();
    },
  };
}

/** However many share it, and however slow the disk is: nobody waits for so long. */
const onDisk = (path: string): Store => createSqliteStore({ path, busyTimeoutMs: 30_000 });

/** A database file. A cut leaves its write-ahead log as long as it was after the last durable step. */
async function onAFile(open: (path: string) => Store | Promise<Store>): Promise<StoreUnderTest> {
  const folder = temporaryFolder();
  const path = folder.path('sessions.db');
  const opened = [await open(path), onDisk(path)];
  let durableBytes = 0;
  const watched = watchDurable(opened[0]!, () => {
    durableBytes = statSync(`${path}-wal`).size;
  });
  return {
    store: watched.store,
    elsewhere: opened[1]!,
    afterPowerCut: async () => {
      const cut = folder.path(`cut-${opened.length}.db`);
      copyFileSync(path, cut);
      copyFileSync(`${path}-wal`, `${cut}-wal`);
      truncateSync(`${cut}-wal`, durableBytes);
      const store = onDisk(cut);
      opened.push(store);
      return store;
    },
    dispose: async () => {
      for (const store of opened) await store.close();
      folder.remove();
    },
  };
}

function inFourProcesses(): ReturnType<StoreKind['start']> {
  const servers = startSqliteServers(4);
  const shared = async (path: string): Promise<Store> => {
    await servers.open(path);
    return servers.inTurn();
  };
  return { make: () => onAFile(shared), stop: servers.stop };
}
