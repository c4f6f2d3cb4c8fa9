import { expect, test, vi } from 'vitest';
import type { Connection } from '../../../src/server/stores/sqlite/connection.ts';
import { openDatabase } from '../../../src/server/stores/sqlite/open.ts';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { createWorld, hour, next } from '../engine/world.ts';
import { temporaryFolder } from './temporary-folder.ts';

const writes = vi.hoisted(() => [] as string[]);

vi.mock(import('../../../src/server/stores/sqlite/connection.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    connect: (path, durability, options): Connection => {
      const connection = original.connect(path, durability, options);
      return {
        ...connection,
        write: (work) => {
          writes.push(durability);
          return connection.write(work);
        },
        step: (...args) => {
          const step = connection.step(...args);
          if (step !== null) writes.push(durability);
          return step;
        },
      };
    },
  };
});

async function writesOf(work: () => Promise<unknown>): Promise<string[]> {
  writes.length = 0;
  await work();
  return [...writes];
}

test('sign-ins, sign-outs, revocations and found reuse wait for the disk; refreshes, touches and data do not', async () => {
  const folder = temporaryFolder();
  const world = createWorld(createSqliteStore({ path: folder.path('sessions.db') }));
  const { sessions } = world;
  const create = (): ReturnType<typeof sessions.create> => sessions.create({ userId: 'ada' });
  try {
    // The first of a store also writes down whose it is.
    await create();
    expect(await writesOf(create)).toEqual(['FULL']);
    const { session, refreshToken } = await create();
    expect(await writesOf(() => next(world, refreshToken, 'mine'))).toEqual(['NORMAL']);
    expect(await writesOf(() => sessions.touch(session.id))).toEqual(['NORMAL']);
    expect(await writesOf(() => sessions.data.set(session.id, 'a', 1))).toEqual(['NORMAL']);
    expect((await writesOf(() => sessions.setEnd(session.id, world.clock.at + 1000))).at(-1)).toBe('FULL');
    expect(await writesOf(() => world.refresh(refreshToken, 'his'))).toEqual(['FULL']);
    expect((await sessions.inspect(session.id))?.endReason).toBe('reuse_detected');
    const other = await create();
    expect(await writesOf(() => sessions.revokeByToken(other.revocationToken, null))).toEqual(['FULL']);
    const kept = await create();
    expect(await writesOf(() => sessions.revokeOthers('ada', kept.session.id))).toEqual(['FULL']);
    expect(await writesOf(() => sessions.revokeAll('ada'))).toEqual(['FULL']);
    expect(await writesOf(() => sessions.revokeEverybody())).toEqual(['FULL']);
    const idle = await create();
    world.clock.at += hour;
    expect(await writesOf(() => world.refresh(idle.refreshToken))).toEqual(['NORMAL']);
  } finally {
    await sessions.close();
    folder.remove();
  }
});

test('the two kinds of connection are what their names say', () => {
  const folder = temporaryFolder();
  for (const [durability, level] of [
    ['NORMAL', 1],
    ['FULL', 2],
  ] as const) {
    const db = openDatabase(folder.path('sessions.db'), durability, 100);
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: level });
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  }
  folder.remove();
});
