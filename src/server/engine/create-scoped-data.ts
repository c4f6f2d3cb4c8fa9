import { durationMs, type Duration } from '../../protocol/duration.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { checkJson, checkKey, encodeValue } from './data.ts';
import { invalidArgument } from './failures.ts';
import type { JsonValue } from './json.ts';
import type { ScopedData } from './scoped-data.ts';
import type { NewNote, Note, NoteStore } from './store.ts';
import { writeAttempts } from './write-attempts.ts';

/** What {@link createScopedData} works with. */
export interface ScopedDataPorts {
  store: NoteStore;
  now: () => number;
  limitBytes: number;
  /** Our own id of a session, live or not; null when there is none. */
  resolve: (id: string) => Promise<string | null>;
  /** Throws unless the session is live. */
  demandLive: (id: string) => Promise<unknown>;
}

const defaultLife = '24h';
const longestName = 128;
const pageSize = 200;

/** Values beside a session, each a note with an end. */
export function createScopedData(ports: ScopedDataPorts): ScopedData {
  const { store, now, limitBytes, resolve, demandLive } = ports;

  async function put(area: string, name: string, value: JsonValue, life: Duration, ifVersion: number | null) {
    checkJson(value);
    const at = now();
    const note: NewNote = { value: encodeValue(value, limitBytes), expiresAt: at + durationMs(life), ifVersion };
    return store.putNote(area, name, note, at);
  }

  async function liveArea(id: string, name: string): Promise<string> {
    checkName(name);
    await demandLive(id);
    return areaOf((await resolve(id))!);
  }

  return {
    get: async (id, name) => {
      checkName(name);
      const own = await resolve(id);
      const note = own && (await store.note(areaOf(own), name, now()));
      return note ? (JSON.parse(note.value) as JsonValue) : null;
    },
    list: async (id) => {
      const own = await resolve(id);
      if (own === null) return [];
      const found: { name: string; endsAt: number }[] = [];
      for (let after: string | null | undefined = null; after !== undefined;) {
        const notes: Note[] = await store.notes(areaOf(own), { limit: pageSize, after }, now());
        for (const { key, expiresAt } of notes) found.push({ name: key, endsAt: expiresAt! });
        after = notes.length < pageSize ? undefined : notes.at(-1)!.key;
      }
      return found;
    },
    set: async (id, name, value, { life = defaultLife } = {}) => {
      await put(await liveArea(id, name), name, value, life, null);
    },
    mutate: async (id, name, change, { life = defaultLife } = {}) => {
      const area = await liveArea(id, name);
      for (let attempt = 0; attempt < writeAttempts; attempt++) {
        const note = await store.note(area, name, now());
        const value = change(note === null ? null : (JSON.parse(note.value) as JsonValue));
        if ((await put(area, name, value, life, note?.version ?? 0)) !== null) return value;
      }
      throw new SessionError('version_conflict', 'Others change this value all the time; try again later.', {
        status: 409,
      });
    },
    remove: async (id, name) => {
      checkName(name);
      const own = await resolve(id);
      return own !== null && (await store.dropNote(areaOf(own), name, now()));
    },
  };
}

function areaOf(id: string): string {
  return `scoped:${id}`;
}

function checkName(name: unknown): void {
  checkKey(name);
  if (name.length > longestName) throw invalidArgument(`The name of a value has at most ${longestName} characters.`);
}
