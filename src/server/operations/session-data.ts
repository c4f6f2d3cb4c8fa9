import * as z from 'zod/mini';
import { ended, notFound } from '../engine/failures.ts';
import type { JsonObject, JsonValue } from '../engine/json.ts';
import type { Session, Sessions } from '../engine/sessions.ts';
import { dataKey, givenObject, id, ifVersion, jsonObject, jsonValue, type OnSession } from './fields.ts';
import type { Operation } from './operation.ts';
import { sessionAnswer, toWire, type SessionAnswer } from './wire-session.ts';

/** A compare-and-set: `if_version` is the version that the session was read with. */
export interface IfVersion {
  if_version?: number;
}

/** The data with the version to pass back in a compare-and-set. */
export interface DataAnswer {
  data: JsonObject;
  version: number;
}

export const read: Operation<OnSession, DataAnswer> = {
  name: 'data.get',
  summary: 'Reads all data of a live session, with its version.',
  input: z.strictObject({ id }),
  answer: z.object({ data: jsonObject, version: z.int() }),
  route: { method: 'GET', path: '/sessions/:id/data' },
  effect: 'read',
  repeatable: true,
  run: async (sessions, input) => {
    const { data, version } = await demandLive(sessions, input.id);
    return { data, version };
  },
};

export const readValue: Operation<OnSession & { key: string }, { value: JsonValue; version: number } | null> = {
  name: 'data.get_value',
  summary: 'Reads one value of the data of a live session. Null when it has no such key.',
  input: z.strictObject({ id, key: dataKey }),
  answer: z.object({ value: jsonValue, version: z.int() }),
  route: { method: 'GET', path: '/sessions/:id/data/:key' },
  effect: 'read',
  repeatable: true,
  absent: 'not_found',
  run: async (sessions, input) => {
    const { data, version } = await demandLive(sessions, input.id);
    return Object.hasOwn(data, input.key) ? { value: data[input.key]!, version } : null;
  },
};

export const set: Operation<OnSession & { key: string; value: JsonValue }, SessionAnswer> = {
  name: 'data.set',
  summary: 'Writes one value of the session data; the other keys stay.',
  input: z.strictObject({ id, key: dataKey, value: jsonValue }),
  answer: sessionAnswer,
  route: { method: 'PUT', path: '/sessions/:id/data/:key' },
  effect: 'write',
  overwrites: true,
  repeatable: true,
  run: async ({ data }, input) => answer(await data.set(input.id, input.key, input.value)),
};

export const update: Operation<OnSession & IfVersion & { patch: JsonObject }, SessionAnswer> = {
  name: 'data.update',
  summary: 'Writes several keys of the session data; given keys overwrite, the rest stays.',
  input: z.strictObject({ id, patch: givenObject, if_version: z.exactOptional(ifVersion) }),
  answer: sessionAnswer,
  route: { method: 'PATCH', path: '/sessions/:id/data' },
  effect: 'write',
  overwrites: true,
  repeatable: false,
  run: async ({ data }, input) => answer(await data.update(input.id, input.patch, condition(input))),
};

export const merge: Operation<OnSession & IfVersion & { patch: JsonObject; overwrite?: boolean }, SessionAnswer> = {
  name: 'data.merge',
  summary:
    'Merges into the session data, at every depth: what is new is added, what exists stays as it is, or gives way with `overwrite`.',
  input: z.strictObject({
    id,
    patch: givenObject,
    overwrite: z.exactOptional(z.boolean()),
    if_version: z.exactOptional(ifVersion),
  }),
  answer: sessionAnswer,
  route: { method: 'POST', path: '/sessions/:id/data/merge' },
  effect: 'write',
  overwrites: true,
  repeatable: false,
  run: async ({ data }, { overwrite = false, ...input }) =>
    answer(await data.merge(input.id, input.patch, { overwrite, ...condition(input) })),
};

export const replace: Operation<OnSession & IfVersion & { data: JsonObject }, SessionAnswer> = {
  name: 'data.replace',
  summary: 'Replaces all session data.',
  input: z.strictObject({ id, data: givenObject, if_version: z.exactOptional(ifVersion) }),
  answer: sessionAnswer,
  route: { method: 'PUT', path: '/sessions/:id/data' },
  effect: 'write',
  overwrites: true,
  repeatable: false,
  run: async ({ data }, input) => answer(await data.replace(input.id, input.data, condition(input))),
};

export const remove: Operation<OnSession & { key: string }, SessionAnswer> = {
  name: 'data.remove',
  summary: 'Removes one key of the session data. A key that is not there is no error.',
  input: z.strictObject({ id, key: dataKey }),
  answer: sessionAnswer,
  route: { method: 'DELETE', path: '/sessions/:id/data/:key' },
  effect: 'end',
  repeatable: true,
  run: async ({ data }, input) => answer(await data.remove(input.id, input.key)),
};

export const clear: Operation<OnSession, SessionAnswer> = {
  name: 'data.clear',
  summary: 'Removes all session data. The session lives on.',
  input: z.strictObject({ id }),
  answer: sessionAnswer,
  route: { method: 'DELETE', path: '/sessions/:id/data' },
  effect: 'end',
  repeatable: true,
  run: async ({ data }, input) => answer(await data.clear(input.id)),
};

async function demandLive(sessions: Sessions, sessionId: string): Promise<Session> {
  const session = await sessions.inspect(sessionId);
  if (session === null) throw notFound();
  if (session.endReason !== null) throw ended(session.endReason);
  return session;
}

function condition({ if_version: version }: IfVersion): { ifVersion?: number } {
  return version === undefined ? {} : { ifVersion: version };
}

function answer(session: Session): SessionAnswer {
  return { session: toWire(session) };
}
