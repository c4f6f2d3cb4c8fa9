import { SessionError } from '../../protocol/session-error.ts';
import { checkJson, checkJsonObject, checkKey, encodeData } from './data.ts';
import { ended, notFound, refused } from './failures.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { deathOf } from './life.ts';
import { mergeData } from './merge-data.ts';
import type { SessionRecord } from './record.ts';
import type { Session } from './session.ts';
import { rememberType, type Logged, type Reading, type Store } from './store.ts';
import { dataOf, liveViewOf } from './view.ts';
import { writeAttempts } from './write-attempts.ts';

/**
 * The app's own data in a session. Values are JSON; the whole is at most 64 KiB by default. The person's page may write it, too
 * (`/session/data`): it says nothing about what they may do.
 */
export interface SessionData {
  get(id: string): Promise<JsonObject>;
  /** Replaces the value of one key. */
  set(id: string, key: string, value: unknown): Promise<Session>;
  /** Shallow: given keys overwrite, the rest stays. */
  update(id: string, patch: JsonObject, options?: { ifVersion?: number }): Promise<Session>;
  /** Deep: what is new is added, and a leaf that exists stays as it is (or gives way, with `overwrite`). An array is a leaf. */
  merge(id: string, patch: JsonObject, options?: { overwrite?: boolean; ifVersion?: number }): Promise<Session>;
  /** Replaces everything. */
  replace(id: string, data: JsonObject, options?: { ifVersion?: number }): Promise<Session>;
  /**
   * Reads the value of a key (null when there is none), changes and writes it in one: nothing that others write in between is
   * lost. `change` may be called more than once.
   */
  mutate(id: string, key: string, change: (value: JsonValue) => JsonValue): Promise<Session>;
  remove(id: string, key: string): Promise<Session>;
  clear(id: string): Promise<Session>;
}

/** What {@link createSessionData} works with. */
export interface SessionDataPorts {
  store: Pick<Store, 'read' | 'putData'>;
  now: () => number;
  limitBytes: number;
  publish: (logged: Logged, id: string) => void;
  /** Our own id for either kind of id. */
  resolve: (id: string) => Promise<string | null>;
  /** Throws `data_invalid` for data that the session's type does not allow. */
  checkData: (type: string, data: JsonObject) => Promise<void>;
}

/** The app's own data. Every write is read, change, compare-and-set; the store only compares a number. */
export function createSessionData(ports: SessionDataPorts): SessionData {
  const { store, now, limitBytes, publish, resolve, checkData } = ports;

  async function readLive(id: string): Promise<Reading & { record: SessionRecord }> {
    const own = await resolve(id);
    const { record, ...rest } = own === null ? nothing : await store.read(own, now());
    // The record behind a remember token is nobody's session.
    if (record === null || record.type === rememberType) throw notFound();
    const death = deathOf(record, rest.notBefore, rest.now);
    if (death !== null) throw ended(death);
    return { record, ...rest };
  }

  async function change(id: string, next: (data: JsonObject) => JsonObject, ifVersion?: number): Promise<Session> {
    let { record } = await readLive(id);
    for (let attempt = 0; attempt < writeAttempts; attempt++) {
      if (ifVersion !== undefined && ifVersion !== record.version) break;
      const wanted = next(dataOf(record));
      await checkData(record.type, wanted);
      const data = encodeData(wanted, limitBytes);
      const step = await store.putData(record.id, { data, ifVersion: record.version }, now());
      publish(step, record.id);
      const { answer } = step;
      if (answer.outcome === 'refused') throw refused(answer);
      if (answer.outcome === 'done') return liveViewOf(answer.record, step.now);
      // Somebody else was quicker; this is what they wrote.
      record = answer.record;
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
    merge: async (id, patch, { overwrite = false, ...options } = {}) => {
      checkJsonObject(patch);
      return change(id, (data) => mergeData(data, patch, overwrite), options.ifVersion);
    },
    mutate: async (id, key, next) => {
      checkKey(key);
      return change(id, (data) => {
        const value = next(Object.hasOwn(data, key) ? data[key]! : null);
        checkJson(value);
        return { ...data, [key]: value };
      });
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
