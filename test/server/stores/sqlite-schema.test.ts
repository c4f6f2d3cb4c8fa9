import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/server/stores/sqlite/open.ts';
import { migrate } from '../../../src/server/stores/sqlite/schema.ts';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { createWorld } from '../engine/world.ts';
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

test('a file of the first schema is brought up to date, with its sessions', async () => {
  const folder = temporaryFolder();
  const path = folder.path('sessions.db');
  const old = createWorld(createSqliteStore({ path }));
  const { session, refreshToken } = await old.sessions.create({ userId: 'ada', window: '1h', data: { a: 1 } });
  await old.sessions.close();
  const db = new DatabaseSync(path);
  db.exec(`DROP TABLE notes; DROP INDEX sessions_of_type;
    ALTER TABLE sessions DROP COLUMN alias; ALTER TABLE sessions DROP COLUMN trust_context;
    ALTER TABLE sessions DROP COLUMN last_action; ALTER TABLE sessions DROP COLUMN last_action_at;
    ALTER TABLE sessions DROP COLUMN authenticated_at; ALTER TABLE sessions DROP COLUMN acr;
    ALTER TABLE sessions DROP COLUMN token_generation; ALTER TABLE users DROP COLUMN live;
    ALTER TABLE users DROP COLUMN next_end; PRAGMA user_version = 1`);
  db.close();
  const now = createWorld(createSqliteStore({ path }));
  expect(await now.sessions.get(session.id)).toEqual(session);
  expect(await now.refresh(refreshToken)).toMatchObject({ outcome: 'rotated' });
  expect((await now.sessions.renew(session.id)).tokenGeneration).toBe(1);
  const proven = await now.sessions.reauthenticated(session.id, { acr: 'mfa' });
  expect(await now.sessions.get(session.id)).toEqual(proven);
  await now.sessions.scoped.set(session.id, 'cart', [1]);
  await now.sessions.close();
  folder.remove();
});
