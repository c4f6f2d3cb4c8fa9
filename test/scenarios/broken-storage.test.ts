import { afterEach, describe, expect, it, vi } from 'vitest';
import { adaOnDisk, onShelf, openOnDisk } from './on-disk.ts';
import { done, refusal } from './signed-in.ts';
import { createWorld } from './world.ts';

const second = 1000;
const minute = 60 * second;

afterEach(() => {
  vi.restoreAllMocks();
});

function databaseOf(open: { mock: { results: Array<{ value?: unknown }> } }): IDBDatabase {
  const last = open.mock.results.at(-1) as { value: IDBOpenDBRequest };
  return last.value.result;
}

describe('a connection to storage that dies', () => {
  it('H1: it is closed silently between two calls: the next one opens it again, once', async () => {
    const open = vi.spyOn(indexedDB, 'open');
    const { world, session, degraded } = await adaOnDisk('silent close');
    for (const generation of [1, 2, 3]) {
      databaseOf(open).close();
      const before = open.mock.calls.length;
      await done(world, session.refresh());
      expect(session.token.getState().generation).toBe(generation);
      expect(open.mock.calls.length - before).toBe(1);
    }
    expect([degraded, session.getState().connection]).toEqual([[], 'online']);
  });

  it('H1: it is closed while a refresh is under way: the new tokens are written all the same', async () => {
    const open = vi.spyOn(indexedDB, 'open');
    const { world, session } = await adaOnDisk('close under way');
    world.proxy = ({ url }) => {
      if (url.endsWith('/token')) databaseOf(open).close();
      return null;
    };
    await done(world, session.refresh());
    expect(await onShelf('close under way', (shelf) => shelf.get('contents'))).toMatchObject({
      record: { generation: 1, pending: null },
    });
  });

  it.each(['InvalidStateError', 'UnknownError', 'AbortError'])(
    'H1: every transaction fails with %s for ten minutes: nobody is signed out, few attempts, all is well after it',
    async (name) => {
      const { world, session, statuses, tab } = await adaOnDisk(`dead ${name}`);
      const open = vi.spyOn(indexedDB, 'open');
      const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
        throw new DOMException('The database connection is closing.', name);
      });
      const token = session.peekAccessToken();
      expect(await done(world, session.getAccessToken())).toBe(token);
      tab.platform.emit('look');
      await world.clock.advance(10 * minute);
      expect(statuses).toEqual(['authenticated']);
      await expect(refusal(world, session.getAccessToken())).resolves.toMatchObject({
        code: 'storage_unavailable',
        retryable: true,
      });
      expect(open.mock.calls.length).toBeLessThan(600);
      transaction.mockRestore();
      await world.clock.advance(minute);
      expect(session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
      expect(session.getState()).toMatchObject({
        status: 'authenticated',
        persistence: 'persistent',
        connection: 'online',
      });
    },
  );
});

describe('an open that never settles', () => {
  it('H2: the page is ready within the bound, in memory; later the person who was signed in is there', async () => {
    const { world, tab } = await adaOnDisk('never opens');
    tab.close();
    const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => ({}) as IDBOpenDBRequest);
    const later = openOnDisk(world, 'never opens', true);
    let ready = '';
    void later.session.ready().then(({ status }) => (ready = status));
    await world.clock.advance(4 * second);
    expect([ready, later.session.getState().persistence]).toEqual(['unauthenticated', 'memory']);
    expect(later.degraded).toHaveLength(1);
    open.mockRestore();
    await world.clock.advance(minute);
    expect(later.session.getState()).toMatchObject({ status: 'authenticated', persistence: 'persistent' });
    expect(later.degraded).toHaveLength(1);
  });
});

describe('a disk that is full', () => {
  const refusals: ReadonlyArray<[string, () => void]> = [
    [
      'at once',
      () => {
        vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
          throw new DOMException('', 'QuotaExceededError');
        });
      },
    ],
    [
      'as an unknown error',
      () => {
        vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
          throw new DOMException('FILE_ERROR_NO_SPACE', 'UnknownError');
        });
      },
    ],
    [
      'at the end of the transaction, without a word',
      () => {
        const { put } = IDBObjectStore.prototype;
        vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
          const request = put.apply(this, args as Parameters<typeof put>);
          request.addEventListener('success', () => this.transaction.abort());
          return request;
        });
      },
    ],
  ];

  it.each(refusals)(
    'H5: it says so %s: signing in works in memory, and the app is told; when there is room it is kept',
    async (how, fill) => {
      const name = `full ${how}`;
      const ada = openOnDisk(createWorld(), name);
      await done(ada.world, ada.session.ready());
      fill();
      await done(ada.world, ada.session.signIn({ username: 'ada' }, { remember: true }));
      expect(ada.session.getState()).toMatchObject({ status: 'authenticated', persistence: 'memory' });
      expect(ada.degraded).toHaveLength(1);
      expect(ada.degraded[0]).toMatchObject({ code: 'storage_unavailable' });
      await done(ada.world, ada.session.refresh());
      expect((await done(ada.world, ada.session.fetch('/session'))).status).toBe(200);
      vi.restoreAllMocks();
      await ada.world.clock.advance(10 * minute);
      expect(ada.session.getState()).toMatchObject({ status: 'authenticated', persistence: 'persistent' });
      expect(await onShelf(name, (shelf) => shelf.get('contents'))).toMatchObject({ record: { kind: 'live' } });
      expect(ada.degraded).toHaveLength(1);
    },
  );

  it('H5: it is full when somebody signs out of a session in memory: signed out, and the server hears of it', async () => {
    const ada = openOnDisk(createWorld(), 'full at the end');
    await done(ada.world, ada.session.ready());
    refusals[0]?.[1]();
    await done(ada.world, ada.session.signIn({ username: 'ada' }));
    await done(ada.world, ada.session.signOut());
    await ada.world.clock.advance(5 * second);
    expect(ada.session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    expect(ada.world.seen.filter(({ route, status }) => route === 'POST /revoke' && status === 200)).toHaveLength(1);
  });
});
