import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { createWorld, day, hour, minute } from '../engine/world.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('after a sweep it is known again how many sessions of very many live, so a sign-out of everything need not count them', async () => {
  const folder = temporaryFolder();
  const path = folder.path('sessions.db');
  const { sessions, clock } = createWorld(createSqliteStore({ path }));
  const db = new DatabaseSync(path);
  const known = (): unknown[] => db.prepare('SELECT live, next_end FROM users WHERE live IS NOT NULL').all();
  const start = clock.at;
  for (let i = 0; i < 100; i++)
    await sessions.create({ userId: 'ada', window: i < 30 ? '5m' : '2h', idleTimeout: null });
  const touched = (await sessions.create({ userId: 'ada', idleTimeout: '30m' })).session.id;
  expect(known()).toEqual([{ live: 101, next_end: start + 5 * minute }]);

  clock.at += 20 * minute;
  await sessions.touch(touched);
  await sessions.sweep();
  expect(known()).toEqual([{ live: 71, next_end: start + 50 * minute }]);
  clock.at += 20 * minute;
  await sessions.touch(touched);
  clock.at += 10 * minute;
  await sessions.sweep();
  expect(known()).toEqual([{ live: 71, next_end: start + 70 * minute }]);
  expect(await sessions.revokeAll('ada')).toMatchObject({ count: 71 });

  for (let i = 0; i < 70; i++) await sessions.create({ userId: 'eve' });
  clock.at += hour;
  await sessions.sweep();
  clock.at += 8 * day;
  await sessions.sweep();
  // Of whom nothing is left, nothing is known.
  expect(db.prepare('SELECT * FROM users').all()).toEqual([]);
  await sessions.close();
  db.close();
  folder.remove();
});
