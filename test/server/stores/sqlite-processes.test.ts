import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { userTagOf } from '../../../src/server/engine/session-id.ts';
import type { Store } from '../../../src/server/engine/store.ts';
import { createWorld, next, type World } from '../engine/world.ts';
import { temporaryFolder } from './temporary-folder.ts';

const child = fileURLToPath(new URL('./sqlite-child.ts', import.meta.url));

describe('a session database', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let stores: Store[];

  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.path('sessions.db');
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    folder.remove();
  });

  function open(file = path): World {
    const store = createSqliteStore({ path: file });
    stores.push(store);
    return createWorld(store);
  }

  test(
    'holds every acknowledged sign-in, refresh and revocation after kill -9 under load',
    { timeout: 60_000 },
    async () => {
      const lines = await runUntil(start('load', path), 700);
      const { sessions, refresh } = open();
      const revoked = new Set(lines.flatMap((line) => ('revoked' in line ? [line['revoked']] : [])));
      const lastAll = lines.findLastIndex((line) => 'revokedAll' in line);
      expect(revoked.size).toBeGreaterThan(50);
      expect(lastAll).toBeGreaterThan(0);
      const lastTokens = new Map<string, string>();
      for (const line of lines) {
        const id = line['created'] ?? line['refreshed'];
        if (id !== undefined && line['refreshToken'] !== undefined) lastTokens.set(id, line['refreshToken']);
      }
      // Each fate is decided by what was acknowledged; the kill may have come between a commit and its acknowledgement, for
      // the last session, or for the sign-out of everything that follows each fiftieth.
      const ids = lines.flatMap((line) => line['created'] ?? []);
      const mayHaveEndedAll = ids.length % 50 === 0;
      const wrong: string[] = [];
      for (const [index, id] of ids.entries()) {
        expect(await sessions.inspect(id)).not.toBeNull();
        const outcome = await refresh(lastTokens.get(id)!, `after ${id}`);
        const fate = outcome.outcome === 'ended' ? outcome.reason : outcome.outcome;
        const signedOut = index % 7 === 3 && lines.findIndex((line) => line['created'] === id) < lastAll;
        const expected = revoked.has(id) ? 'revoked' : signedOut ? 'revoked_all' : 'rotated';
        if (fate === 'revoked_all' && index % 7 === 3 && mayHaveEndedAll) continue;
        if (fate !== expected) wrong.push(`${index} of ${ids.length}: ${fate}, not ${expected}`);
      }
      expect(wrong.filter((line) => !line.startsWith(`${ids.length - 1} of`))).toEqual([]);
    },
  );

  test('that another connection used to end the sessions of everybody holds here at once', async () => {
    const here = open();
    const { session, refreshToken } = await open().sessions.create({ userId: 'ada' });
    expect(await here.sessions.get(session.id)).not.toBeNull();
    await open().sessions.revokeEverybody();
    expect(await here.sessions.get(session.id)).toBeNull();
    expect(await here.refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'revoked_all' });
  });

  test('forgets the last refreshes in a power cut; then a newer token heals it, with no sign-in lost', async () => {
    const world = open();
    const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
    const other = await world.sessions.create({ userId: 'ada' });
    const first = await next(world, refreshToken);
    await world.sessions.revoke(other.session.id, 'revoked');
    // What is on the disk now is acknowledged by a synchronous write; what follows is not.
    const durable = statSync(`${path}-wal`).size;
    const second = await next(world, first);
    const third = await next(world, second);

    const cut = folder.path('after-the-cut.db');
    copyFileSync(path, cut);
    copyFileSync(`${path}-wal`, `${cut}-wal`);
    truncateSync(`${cut}-wal`, durable);
    const after = open(cut);
    expect((await after.sessions.get(session.id))?.generation).toBe(1);
    expect((await after.sessions.inspect(other.session.id))?.endReason).toBe('revoked');

    expect(await after.refresh(third, 'key')).toMatchObject({ outcome: 'ahead', session: { generation: 4 } });
    expect(await after.refresh(third, 'key')).toMatchObject({ outcome: 'replayed' });
    // The keys of the forgotten generations are forgotten with them: their late packets prove nothing.
    expect(await after.refresh(second, 'late')).toMatchObject({ outcome: 'stale' });
    expect(await after.refresh(third, 'another key')).toMatchObject({ outcome: 'ended', reason: 'reuse_detected' });
  });

  test('a power cut after a reuse was found does not revive the session', async () => {
    const world = open();
    const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
    await next(world, refreshToken);
    await world.refresh(refreshToken, 'the key of a thief');
    const cut = folder.path('after-the-cut.db');
    copyFileSync(path, cut);
    copyFileSync(`${path}-wal`, `${cut}-wal`);
    expect((await open(cut).sessions.inspect(session.id))?.endReason).toBe('reuse_detected');
  });

  test(
    'is shared by two processes: one refresh rotates, all others replay the same token',
    { timeout: 60_000 },
    async () => {
      const world = open();
      const { refreshToken } = await world.sessions.create({ userId: 'ada' });
      const keys = Array.from({ length: 100 }, () => 'same');
      const outcomes = await race([
        start('refresh', path, refreshToken, ...keys),
        start('refresh', path, refreshToken, ...keys),
      ]);
      expect(outcomes.filter((outcome) => outcome.startsWith('rotated'))).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.startsWith('replayed'))).toHaveLength(199);
      expect(new Set(outcomes.map((outcome) => outcome.split(' ')[1])).size).toBe(1);
    },
  );

  test(
    'is shared by two processes: a second holder of a token is found, and both are out',
    { timeout: 60_000 },
    async () => {
      const world = open();
      const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
      const outcomes = await race([
        start('refresh', path, refreshToken, 'mine'),
        start('refresh', path, refreshToken, 'his'),
      ]);
      expect(new Set(outcomes.map((outcome) => outcome.split(' ')[0]))).toEqual(new Set(['ended', 'rotated']));
      expect((await world.sessions.inspect(session.id))?.endReason).toBe('reuse_detected');
    },
  );

  test('is shared by two processes: none of their writes is lost or refused', { timeout: 60_000 }, async () => {
    const world = open();
    const { session } = await world.sessions.create({ userId: 'ada' });
    const failures = await race([start('write', path, 'a', session.id), start('write', path, 'b', session.id)]);
    expect(failures).toEqual([]);
    expect(Object.keys(await world.sessions.data.get(session.id))).toHaveLength(600);
  });

  test('takes nothing of a write that failed, and goes on', async () => {
    const world = open();
    const { session } = await world.sessions.create({ userId: 'ada' });
    const { record } = await world.store.read(session.id, world.clock.at);
    const user = { tag: userTagOf(session.id), userId: 'ada' };
    const before = await world.sessions.events({ userId: 'ada' });
    const again = async (): Promise<unknown> => world.store.create(user, record!, null, world.clock.at);
    await expect(again()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await world.sessions.events({ userId: 'ada' })).toEqual(before);
    expect(await world.sessions.revoke(session.id, 'revoked')).toBe(true);
  });

  test('sees at once what another process ended', async () => {
    const [here, there] = [open(), open()];
    const { session, refreshToken } = await here.sessions.create({ userId: 'ada' });
    await there.sessions.revokeAll('ada');
    expect(await here.sessions.get(session.id)).toBeNull();
    expect(await here.refresh(refreshToken)).toMatchObject({ reason: 'revoked_all' });
  });

  test('tells soon what another process logged, in order, each once, and nothing of its own twice', async () => {
    const [here, there] = [open(), open()];
    const seen: string[] = [];
    let last: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (last = resolve));
    const stop = here.sessions.subscribe(({ type, userId }) => {
      seen.push(`${userId} ${type}`);
      if (type === 'user.sessions_revoked') last();
    });
    await here.sessions.create({ userId: 'eve' });
    const { session } = await there.sessions.create({ userId: 'ada' });
    await there.sessions.touch(session.id);
    await there.sessions.revokeAll('ada');
    await done;
    expect(seen).toEqual([
      'eve session.created',
      'ada session.created',
      'ada session.touched',
      'ada user.sessions_revoked',
    ]);
    stop();
  });

  test('held by another writer for too long is store_unavailable, and works again afterwards', async () => {
    const world = createWorld(createSqliteStore({ path, busyTimeoutMs: 50 }));
    stores.push(world.store);
    const { refreshToken, session } = await world.sessions.create({ userId: 'ada' });
    const writer = new DatabaseSync(path);
    writer.exec('BEGIN IMMEDIATE');
    const unavailable = { code: 'store_unavailable', retryable: true, status: 503 };
    await expect(world.refresh(refreshToken)).rejects.toMatchObject(unavailable);
    await expect(world.sessions.revoke(session.id, 'revoked')).rejects.toMatchObject(unavailable);
    expect(await world.sessions.get(session.id)).not.toBeNull();
    writer.exec('ROLLBACK');
    writer.close();
    expect(await world.refresh(refreshToken)).toMatchObject({ outcome: 'rotated' });
  });

  test('survives close and reopen with everything in it', async () => {
    const world = open();
    const { session } = await world.sessions.create({ userId: 'ada', data: { a: 1 }, device: { label: 'desk' } });
    const events = await world.sessions.events({ userId: 'ada' });
    await world.sessions.close();
    const again = open();
    expect(await again.sessions.get(session.id)).toEqual(session);
    expect(await again.sessions.events({ userId: 'ada' })).toEqual(events);
  });

  test('of a newer version is refused with what to do, and left as it was', async () => {
    await open().sessions.close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    expect(() => open()).toThrow(/schema 99.*Update sojourn, or use another file/);
    expect(db.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 99 });
    db.close();
  });

  test('of another program is refused and left as it was', () => {
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE mine (a)');
    expect(() => open()).toThrow(/another program/);
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toMatchObject([{ name: 'mine' }]);
    db.close();
  });

  test('that is no database, or cannot be opened, is store_unavailable', () => {
    copyFileSync(child, path);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'store_unavailable' }));
    expect(() => open(folder.path('no/such/folder.db'))).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    );
  });
});

type Line = Record<string, string>;

function start(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [child, ...args], { stdio: 'pipe' });
}

async function runUntil(process: ChildProcessWithoutNullStreams, count: number): Promise<Line[]> {
  const lines: Line[] = [];
  const over = new Promise((resolve) => process.once('close', resolve));
  for await (const line of createInterface(process.stdout)) {
    lines.push(JSON.parse(line) as Line);
    if (lines.length === count) process.kill('SIGKILL');
  }
  await over;
  return lines;
}

/** Starts all at the same moment and answers what all of them got. */
async function race(processes: ChildProcessWithoutNullStreams[]): Promise<string[]> {
  const readers = processes.map((process) => createInterface(process.stdout)[Symbol.asyncIterator]());
  for (const reader of readers) await reader.next();
  for (const process of processes) process.stdin.end('go');
  const outcomes: string[] = [];
  for (const reader of readers) outcomes.push(...(JSON.parse(String((await reader.next()).value)) as string[]));
  return outcomes;
}
