// The harness page: a small app on the real client. It shows who is signed in, and keeps a log for the test.
import { createSessionManager, isSessionError } from '../../../src/index.ts';
import { defaultPlatform } from '../../../src/client/platform/default-platform.ts';
import { fakeClock } from '../../../src/testing/index.ts';
import type { Harness, LogEntry, PageOptions, StoredRecord } from './harness.ts';
import { protectedMark, watchProtectedText } from './protected-text.ts';
import { watchRequests } from './watch-requests.ts';

const options = JSON.parse(new URLSearchParams(location.search).get('page') ?? '{}') as PageOptions;
const clock = options.fakeClock ? fakeClock({ now: Date.now(), turns: 4 }) : null;
const now = (): number => clock?.now() ?? Date.now();
const log: LogEntry[] = [];
const note = (entry: LogEntry): void => void log.push(entry);
const shown: Harness['shown'] = [];
const showsProtected = watchProtectedText(shown);
watchRequests(note, now);

const session = createSessionManager({
  url: options.server,
  apiOrigins: [new URL(options.server).origin, location.origin],
  // Clearing up takes a moment in real apps.
  onSignedOut: async ({ reason, user }) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    note({ at: now(), type: 'event', name: 'cleared', detail: { reason, user: user?.id ?? null } });
  },
  ...options.session,
  ...(clock ? { platform: { ...defaultPlatform(), clock } } : {}),
});

const status = document.querySelector('#status') as HTMLElement;
const content = document.querySelector('#content') as HTMLElement;
let calling: Promise<unknown> | null = null;
let mayCall = false;

function render(): void {
  const state = session.getState();
  status.textContent = state.status;
  content.textContent = state.status === 'authenticated' ? `${protectedMark} ${state.user.id}` : 'Please sign in.';
}

function noteState(): void {
  const state = session.getState();
  const user = state.status === 'authenticated' ? state.user.id : null;
  const endReason = state.status === 'unauthenticated' ? state.endReason : null;
  const sessionId = state.status === 'authenticated' ? state.session.id : null;
  note({ at: now(), type: 'state', status: state.status, user, session: sessionId, endReason });
}

async function call(): Promise<number | string> {
  const state = session.getState();
  const as = state.status === 'authenticated' ? state.user.id : '';
  try {
    const response = await session.fetch(`${location.origin}/api/who`, {
      // Chromium sends requests that may share a cached answer one after the other.
      cache: 'no-store',
      headers: { 'X-Tab': options.tab, 'X-As': as },
    });
    await response.text();
    return response.status;
  } catch (error) {
    return isSessionError(error) ? error.code : String(error);
  }
}

async function callInTurn(): Promise<void> {
  while (mayCall) {
    const answer = await call();
    // Nothing is sent without a session; the loop must leave the page its event loop.
    if (typeof answer === 'string') await new Promise((resolve) => setTimeout(resolve));
  }
}

const place = `sojourn:default@${options.server}`;

/** Runs `work` in a transaction of its own on the vault's store, and answers what it asked for. */
function inStore<T>(mode: IDBTransactionMode, work: (shelf: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(place);
    opening.onerror = () => reject(opening.error as Error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('vault', mode);
      const asked = work(transaction.objectStore('vault'));
      transaction.onabort = () => reject(transaction.error as Error);
      transaction.oncomplete = () => {
        database.close();
        resolve(asked.result);
      };
    };
  });
}

interface Contents {
  record: StoredRecord | null;
  outbox: unknown[];
  activityAt: number | null;
}

async function stored(): ReturnType<Harness['stored']> {
  const found = await inStore<Contents | undefined>('readonly', (shelf) => shelf.get('contents'));
  const { record = null, outbox = [], activityAt = null } = found ?? {};
  // The key cannot leave the page.
  return { record: record && ({ ...record, key: undefined } as StoredRecord), outbox, activityAt };
}

window.harness = {
  session,
  place,
  clock,
  log,
  facts() {
    const state = session.getState();
    const { generation, freshness, refreshing, expiresAt } = session.token.getState();
    const { phase, deadline } = session.idle.getState();
    return {
      status: state.status,
      user: state.status === 'authenticated' ? state.user.id : null,
      session: state.status === 'authenticated' ? state.session.id : null,
      endReason: state.status === 'unauthenticated' ? state.endReason : null,
      connection: state.connection,
      persistence: state.persistence,
      generation,
      freshness,
      refreshing,
      expiresAt,
      phase,
      deadline,
    };
  },
  async pass(seconds) {
    for (let second = 0; second < seconds; second++) {
      await clock?.advance(1000);
      // A request takes its own, real time.
      while (session.token.getState().refreshing) await new Promise((resolve) => setTimeout(resolve));
    }
  },
  call,
  keepCalling(parallel) {
    mayCall = true;
    calling = Promise.all(Array.from({ length: parallel }, callInTurn));
  },
  async stopCalls() {
    mayCall = false;
    await calling;
  },
  // It waits in line behind all others.
  quiet: async () => void (await inStore('readwrite', (shelf) => shelf.count())),
  stored,
  shown,
  showsProtected,
  firstFrame: null,
};

session.subscribe(() => {
  noteState();
  render();
});
session.idle.subscribe(() => {
  const { phase, deadline } = session.idle.getState();
  note({ at: now(), type: 'idle', phase, deadline });
});
for (const name of [
  'binding_unavailable',
  'identity_changed',
  'lock_stolen',
  'refreshed',
  'refresh_failed',
  'ended',
  'idle_warning',
] as const)
  session.on(name, (detail) => note({ at: now(), type: 'event', name, detail: JSON.parse(JSON.stringify(detail)) }));
for (const event of ['freeze', 'resume', 'visibilitychange'])
  document.addEventListener(event, () => note({ at: now(), type: 'page', event }));
addEventListener('pageshow', ({ persisted }) => {
  note({ at: now(), type: 'page', event: persisted ? 'restored' : 'shown' });
  if (!persisted) return;
  const since = performance.now();
  requestAnimationFrame(() => {
    window.harness.firstFrame = { protectedText: showsProtected(), afterMs: performance.now() - since };
  });
});
noteState();
render();
