import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { testStore } from './store-conformance.ts';
import { temporaryFolder } from './temporary-folder.ts';

testStore('sqlite', (options) => {
  const folder = temporaryFolder();
  const store = createSqliteStore({ path: folder.path('sessions.db'), ...options });
  return {
    store,
    dispose: async () => {
      await store.close();
      folder.remove();
    },
  };
});

testStore('sqlite in memory', (options) => {
  const store = createSqliteStore({ path: ':memory:', ...options });
  return { store, dispose: () => store.close() };
});
