import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/server/stores/sqlite/open.ts';
import { migrate } from '../../../src/server/stores/sqlite/schema.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('a database that another process sets up while we look at it is ours, not that of another program', () => {
  const folder = temporaryFolder();
  const path = folder.path('sessions.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL');
  let isSetUp = false;
  const meanwhile = (): void => {
    if (!isSetUp) openDatabase(path, 'NORMAL', 1000).close();
    isSetUp = true;
  };
  const watched = new Proxy(db, {
    get: (target, name) => {
      if (name !== 'prepare') return (Reflect.get(target, name) as () => void).bind(target);
      return (sql: string) => {
        if (sql.includes('sqlite_schema')) meanwhile();
        return target.prepare(sql);
      };
    },
  });
  migrate(watched, path);
  expect(isSetUp).toBe(true);
  expect(db.prepare('SELECT count(*) AS n FROM sessions').get()).toEqual({ n: 0 });
  db.close();
  folder.remove();
});
