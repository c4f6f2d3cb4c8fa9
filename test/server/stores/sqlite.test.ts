import { expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { createWorld, day, hour, minute } from '../engine/world.ts';
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

test('a sweep marks and logs the end of a session at once that was moved there from later, or from never', async () => {
  const { sessions, clock } = createWorld(createSqliteStore({ path: ':memory:' }));
  for (const limits of [
    { absoluteTimeout: '30d' },
    { absoluteTimeout: null },
    { absoluteTimeout: null, window: '9d' },
  ]) {
    const { id } = (await sessions.create({ userId: 'ada', idleTimeout: null, ...limits })).session;
    const end = clock.at + minute;
    await sessions.setEnd(id, clock.at + hour);
    await sessions.setEnd(id, end);
    await sessions.touch(id);
    clock.at += day;
    await sessions.sweep();
    expect((await sessions.events({ userId: 'ada' })).at(-1)).toMatchObject({
      type: 'session.expired',
      sessionId: id,
      at: end,
    });
  }
  await sessions.close();
});
