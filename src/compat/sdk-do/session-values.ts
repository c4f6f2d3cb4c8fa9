import type { Duration } from '../../protocol/duration.ts';
import { isSessionError } from '../../protocol/session-error.ts';
import type { JsonValue } from '../../server/engine/json.ts';
import type { Sessions } from '../../server/engine/sessions.ts';
import { invalidArgument, translating } from './errors.ts';
import { recordOf, type SessionData, type SessionRecord } from './session-record.ts';
import { toStored, toStoredData, type Untyped } from './stored-json.ts';

/** The data of sessions. Reading what is not there gives null; writing to what is not there throws `SESSION_NOT_FOUND`. */
export interface ValuesApi {
  /** The session, or null when it is unknown or over. */
  get<Data = SessionData>(id: string): Promise<SessionRecord<Data> | null>;
  /** A value of its data, or null. */
  get<Value = Untyped>(id: string, key: string): Promise<Value | null>;
  /** Given keys overwrite, the others stay; `mode: 'replace'` drops them. `ifVersion`: only if nobody changed it since. */
  update(
    id: string,
    change: { data: object },
    options?: { mode?: 'patch' | 'replace'; ifVersion?: number },
  ): Promise<SessionRecord>;
  /** Adds what is not there yet, at any depth; what is there stays, or gives way with `overwrite`. Lists are values. */
  merge(id: string, data: object, options?: { overwrite?: boolean }): Promise<SessionRecord>;
  /** @throws `DATA_NOT_SERIALIZABLE`, `DATA_INVALID` (a key such as `__proto__`), `PAYLOAD_TOO_LARGE` (64 KiB in all). */
  set(id: string, key: string, value: unknown): Promise<void>;
  /** True when there was such a value. */
  remove(id: string, key: string): Promise<boolean>;
  /** Drops all data. The session stays. */
  clear(id: string): Promise<void>;
  /** Changes a value so that nothing which others write meanwhile is lost. `change` may be called more than once. */
  mutate<Value = Untyped>(id: string, key: string, change: (value: Value | null) => unknown): Promise<Value>;
}

/** A value beside a session. */
export interface ScopedValue {
  get<Value = Untyped>(): Promise<Value | null>;
  set(value: unknown): Promise<void>;
  mutate<Value = Untyped>(change: (value: Value | null) => unknown): Promise<Value>;
  remove(): Promise<boolean>;
}

/** The data of an engine's sessions, as this facade gives it. */
export function createValuesApi(engine: () => Pick<Sessions, 'get' | 'data'>): ValuesApi {
  async function get(...args: unknown[]): Promise<SessionRecord | JsonValue> {
    const [id, key] = args as [string, unknown];
    const session = await engine().get(id);
    if (args.length < 2) return session && recordOf(session);
    if (typeof key !== 'string')
      throw invalidArgument('The key of a value is a string; leave it out to get the session.');
    return session !== null && Object.hasOwn(session.data, key) ? session.data[key]! : null;
  }

  /** Of two who remove one value at once, one is told that it was there. */
  async function remove(id: string, key: string): Promise<boolean> {
    const { get: read, data } = engine();
    for (;;) {
      const session = await read(id);
      if (session === null) {
        // This says why there is none.
        await data.get(id);
        continue;
      }
      if (!Object.hasOwn(session.data, key)) return false;
      const { [key]: _removed, ...rest } = session.data;
      try {
        await data.replace(id, rest, { ifVersion: session.version });
        return true;
      } catch (error) {
        // Somebody else was quicker, and has got on by it.
        if (!isSessionError(error) || error.code !== 'version_conflict') throw error;
      }
    }
  }

  return {
    get: translating(get) as ValuesApi['get'],
    update: translating(async (id, change, options) => {
      if (typeof change !== 'object' || change === null)
        throw invalidArgument('Pass what is to change: `update(id, { data })`.');
      const { ifVersion } = options ?? {};
      const { data: values } = engine();
      const write = options?.mode === 'replace' ? values.replace : values.update;
      return recordOf(await write(id, toStoredData(change.data), ifVersion === undefined ? {} : { ifVersion }));
    }),
    merge: translating(async (id, data, options) =>
      recordOf(await engine().data.merge(id, toStoredData(data), options)),
    ),
    set: translating(async (id, key, value) => {
      await engine().data.set(id, key, toStored(value));
    }),
    remove: translating(remove),
    clear: translating(async (id) => {
      await engine().data.clear(id);
    }),
    mutate: translating(async (id: string, key: string, change: (value: JsonValue) => unknown) => {
      const session = await engine().data.mutate(id, key, (value) => toStored(change(value)));
      return session.data[key]!;
    }) as ValuesApi['mutate'],
  };
}

/** A value beside a session of an engine. */
export function createScopedValue(
  engine: () => Pick<Sessions, 'scoped'>,
  id: string,
  name: string,
  { ttl }: { ttl?: Duration } = {},
): ScopedValue {
  const options = ttl === undefined ? {} : { life: ttl };
  return {
    get: translating(async () => engine().scoped.get(id, name)) as ScopedValue['get'],
    set: translating(async (value) => engine().scoped.set(id, name, toStored(value), options)),
    mutate: translating(async (change: (value: JsonValue) => unknown) =>
      engine().scoped.mutate(id, name, (value) => toStored(change(value)), options),
    ) as ScopedValue['mutate'],
    remove: translating(async () => engine().scoped.remove(id, name)),
  };
}
