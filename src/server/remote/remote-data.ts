import { SessionError } from '../../protocol/session-error.ts';
import { checkJson, checkJsonObject, checkKey } from '../engine/data.ts';
import { ended, notFound } from '../engine/failures.ts';
import type { ScopedData } from '../engine/scoped-data.ts';
import type { SessionData } from '../engine/session-data.ts';
import type { Session } from '../engine/sessions.ts';
import { inspect } from '../operations/read-session.ts';
import * as scoped from '../operations/scoped-data.ts';
import * as data from '../operations/session-data.ts';
import type { SessionAnswer } from '../operations/wire-session.ts';
import type { Requests } from './call-operation.ts';
import { toMoment, toSession } from './from-wire.ts';
import { repeatOnConflict } from './repeat-on-conflict.ts';
import { toWireDuration } from './to-wire.ts';

/** The data of sessions on a server. What JSON would change without a word is refused before it is sent. */
export function createRemoteData({ call }: Pick<Requests, 'call'>): SessionData {
  return {
    get: async (id) => (await call(data.read, { id })).data,
    set: async (id, key, value) => {
      checkKey(key);
      checkJson(value);
      return read(await call(data.set, { id, key, value }));
    },
    update: async (id, patch, options) => {
      checkJsonObject(patch);
      return read(await call(data.update, { id, patch, ...condition(options) }));
    },
    merge: async (id, patch, { overwrite, ...options } = {}) => {
      checkJsonObject(patch);
      return read(
        await call(data.merge, { id, patch, ...(overwrite !== undefined && { overwrite }), ...condition(options) }),
      );
    },
    replace: async (id, wanted, options) => {
      checkJsonObject(wanted);
      return read(await call(data.replace, { id, data: wanted, ...condition(options) }));
    },
    mutate: async (id, key, change) => {
      checkKey(key);
      return repeatOnConflict(async () => {
        const { data: current, version } = await demandLive(call, id);
        const value = change(Object.hasOwn(current, key) ? current[key]! : null);
        checkJson(value);
        return read(await call(data.update, { id, patch: { [key]: value }, if_version: version }));
      });
    },
    remove: async (id, key) => {
      checkKey(key);
      return read(await call(data.remove, { id, key }));
    },
    clear: async (id) => read(await call(data.clear, { id })),
  };
}

/** The values beside sessions on a server. */
export function createRemoteScoped({ call }: Pick<Requests, 'call'>): ScopedData {
  const lifeOf = ({ life }: Parameters<ScopedData['set']>[3] & object = {}): { life?: string | number } =>
    life === undefined ? {} : { life: toWireDuration(life) };

  return {
    get: async (id, name) => {
      checkKey(name);
      return (await call(scoped.read, { id, name })).value;
    },
    list: async (id) =>
      (await call(scoped.list, { id })).values.map(({ name, expires_at }) => ({ name, endsAt: toMoment(expires_at) })),
    set: async (id, name, value, options) => {
      checkKey(name);
      checkJson(value);
      await call(scoped.set, { id, name, value, ...lifeOf(options) });
    },
    mutate: async (id, name, change, options) => {
      checkKey(name);
      return repeatOnConflict(async () => {
        const [{ value: expected }] = await Promise.all([call(scoped.read, { id, name }), demandLive(call, id)]);
        const value = change(structuredClone(expected));
        checkJson(value);
        return (await call(scoped.swap, { id, name, expected, value, ...lifeOf(options) })).value;
      });
    },
    remove: async (id, name) => {
      checkKey(name);
      return (await call(scoped.remove, { id, name })).removed;
    },
  };
}

async function demandLive(call: Requests['call'], id: string): Promise<Session> {
  const found = await call(inspect, { id });
  if (found === null) throw notFound();
  const session = toSession(found.session);
  if (session.endReason !== null) throw ended(session.endReason);
  return session;
}

function read({ session }: SessionAnswer): Session {
  return toSession(session);
}

function condition(options: { ifVersion?: number } | undefined): data.IfVersion {
  const version = options?.ifVersion;
  if (version === undefined) return {};
  if (Number.isSafeInteger(version) && version >= 0) return { if_version: version };
  throw new SessionError('version_conflict', 'No session data has this version.', { status: 409 });
}
