import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, it, vi } from 'vitest';
import { indexedDbVault } from '../../src/client/vaults/index.ts';
import { done } from './done.ts';
import { createWorld, type Opened, type World } from './world.ts';

const minute = 60_000;

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()));

/** A value in the database, past all vaults. */
function stored(change?: (found: object) => object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('sojourn:default');
    opening.onsuccess = () => {
      const shelf = opening.result.transaction('vault', 'readwrite').objectStore('vault');
      const reading = shelf.get('contents');
      reading.onsuccess = () => {
        if (change) shelf.put(change(reading.result as object), 'contents');
      };
      shelf.transaction.onabort = () => reject(shelf.transaction.error as Error);
      shelf.transaction.oncomplete = () => {
        opening.result.close();
        resolve(reading.result);
      };
    };
  });
}

/** A tab on a real IndexedDB. */
function open(world: World): Opened {
  const { tab, session } = world.open({ persistence: 'memory' });
  session.dispose();
  const vault = indexedDbVault('default', tab.platform);
  return { ...world.open({ idle: false, vault, platform: tab.platform }), tab };
}

/** What a later version makes of the contents: its own number, and a shape that nobody here knows. */
const upgraded = (found: object): object => ({ version: 2, sessions: [found] });

it('B9: what this version stored, it reads', async () => {
  const world = createWorld();
  const { session } = open(world);
  await done(world, session.signIn({ username: 'ada' }));
  expect(await stored()).toMatchObject({ version: 1, record: { kind: 'live', refreshToken: expect.any(String) } });
  const again = open(world).session;
  await done(world, again.ready());
  expect(again.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
  await done(world, again.refresh());
  await done(world, session.signOut());
  await done(world, again.ready());
});

it('B9: the storage of a later version is left alone, whatever is done in a tab of this one', async () => {
  const world = createWorld();
  const { session: before } = open(world);
  await done(world, before.signIn({ username: 'ada' }));
  before.dispose();
  await stored(upgraded);
  const left = await stored();

  const { session } = open(world);
  const problems: unknown[] = [];
  session.on('storage_degraded', ({ error }) => problems.push(error));
  await done(world, session.ready());
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: null, persistence: 'memory' });
  await done(world, session.signIn({ username: 'bob' }));
  await done(world, session.refresh());
  await world.clock.advance(10 * minute);
  await done(world, session.signOut());
  expect(problems[0]).toMatchObject({ code: 'storage_unavailable', retryable: false });
  expect(await stored()).toEqual(left);
});

it('B9: a tab that is open while a later version takes the storage over does not crash, serves its token, and wipes nothing', async () => {
  const world = createWorld();
  const { tab, session } = open(world);
  await done(world, session.signIn({ username: 'ada' }));
  await stored(upgraded);
  const left = await stored();
  tab.platform.emit('look');
  await world.clock.advance(4 * minute);
  expect(session.getState()).toMatchObject({ status: 'authenticated' });
  const response = await done(world, session.fetch('/session'));
  expect(response.status).toBe(200);
  await world.clock.advance(20 * minute);
  // Nobody can renew what nobody can read; the old refresh token is not used behind the back of the later version.
  expect(world.seen.filter(({ route }) => route === 'POST /token')).toEqual([]);
  await expect(done(world, session.getAccessToken())).rejects.toMatchObject({ name: 'SessionError' });
  expect(await stored()).toEqual(left);
});
