import { SessionError } from '../../protocol/session-error.ts';
import { checkJson, checkJsonObject, checkKey, encodeData } from './data.ts';
import { ended, notFound, refused } from './failures.ts';
import type { JsonObject } from './json.ts';
import { deathOf } from './life.ts';
import type { SessionRecord } from './record.ts';
import { isSessionId } from './session-id.ts';
import type { Session, SessionData } from './sessions.ts';
import type { Logged, Reading, Store } from './store.ts';
import { dataOf, liveViewOf } from './view.ts';

/** What {@link createSessionData} works with. */
export interface SessionDataPorts {
  store: Pick<Store, 'read' | 'putData'>;
  now: () => number;
  limitBytes: number;
  publish: (logged: Logged, id: string) => void;
}

/** Attempts of a write whose caller named no version, before it gives up to faster writers. */
const attempts = 20;

/** The app's own data. Every write is read, change, compare-and-set; the store only compares a number. */
export function createSessionData({ store, now, limitBytes, publish }: SessionDataPorts): SessionData {
  async function readLive(id: string): Promise<Reading & { record: SessionRecord }> {
    const { record, ...rest } = isSessionId(id) ? await store.read(id, now()) : nothing;
    if (record === null) throw notFound();
    const death = deathOf(record, rest.notBefore, rest.now);
    if (death !== null) throw ended(death);
    return { record, ...rest };
  }

  async function change(id: string, next: (data: JsonObject) => JsonObject, ifVersion?: number): Promise<Session> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { record } = await readLive(id);
      const version = ifVersion ?? record.version;
      if (version !== record.version) break;
      const data = encodeData(next(dataOf(record)), limitBytes);
      const step = await store.putData(id, { data, ifVersion: version }, now());
      publish(step, id);
      const { answer } = step;
      if (answer.outcome === 'refused') throw refused(answer);
      if (answer.outcome === 'done') return liveViewOf(answer.record, step.now);
      if (ifVersion !== undefined) break;
    }
    throw new SessionError('version_conflict', 'Somebody else changed the session data; read it again and repeat.', {
      status: 409,
    });
  }

  return {
    get: async (id) => dataOf((await readLive(id)).record),
    set: async (id, key, value) => {
      checkKey(key);
      checkJson(value);
      return change(id, (data) => ({ ...data, [key]: value }));
    },
    update: async (id, patch, options) => {
      checkJsonObject(patch);
      return change(id, (data) => ({ ...data, ...patch }), options?.ifVersion);
    },
    replace: async (id, data, options) => {
      checkJsonObject(data);
      return change(id, () => data, options?.ifVersion);
    },
    remove: async (id, key) => {
      checkKey(key);
      return change(id, ({ [key]: _removed, ...rest }) => rest);
    },
    clear: async (id) => change(id, () => ({})),
  };
}

const nothing: Reading = { record: null, notBefore: 0, now: 0 };
