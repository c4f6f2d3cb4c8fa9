import * as z from 'zod/mini';
import { SessionError } from '../../protocol/session-error.ts';
import { instantSchema } from '../../protocol/session-view.ts';
import type { JsonValue } from '../engine/json.ts';
import { duration, id, jsonValue, scopedName, type OnSession, type WireDuration } from './fields.ts';
import type { Operation } from './operation.ts';
import { sameJson } from './same-json.ts';
import { instant } from './wire-session.ts';

/** An operation on a value beside a session. */
export interface OnScoped extends OnSession {
  name: string;
}

const valueAnswer: z.ZodMiniType<{ value: JsonValue }> = z.object({ value: jsonValue });

export const read: Operation<OnScoped, { value: JsonValue }> = {
  name: 'scoped.get',
  summary: 'Reads a value that is kept beside a session, for a life of its own. Null when there is none.',
  input: z.strictObject({ id, name: scopedName }),
  answer: valueAnswer,
  route: { method: 'GET', path: '/sessions/:id/scoped/:name' },
  effect: 'read',
  repeatable: true,
  run: async ({ scoped }, input) => ({ value: await scoped.get(input.id, input.name) }),
};

/** Names of values with their ends. */
export interface ScopedAnswer {
  values: { name: string; expires_at: string }[];
}

export const list: Operation<OnSession, ScopedAnswer> = {
  name: 'scoped.list',
  summary: 'Names of the values that are kept beside a session, with their ends.',
  input: z.strictObject({ id }),
  answer: z.object({ values: z.array(z.object({ name: z.string(), expires_at: instantSchema })) }),
  route: { method: 'GET', path: '/sessions/:id/scoped' },
  effect: 'read',
  repeatable: true,
  run: async ({ scoped }, input) => ({
    values: (await scoped.list(input.id)).map(({ name, endsAt }) => ({ name, expires_at: instant(endsAt) })),
  }),
};

export const set: Operation<OnScoped & { value: JsonValue; life?: WireDuration }, { value: JsonValue }> = {
  name: 'scoped.set',
  summary: 'Keeps a value beside a live session, for 24 hours or for `life`. It outlives the session.',
  input: z.strictObject({ id, name: scopedName, value: jsonValue, life: z.exactOptional(duration) }),
  answer: valueAnswer,
  route: { method: 'PUT', path: '/sessions/:id/scoped/:name' },
  effect: 'write',
  overwrites: true,
  repeatable: true,
  run: async ({ scoped }, { id: sessionId, name, value, ...options }) => {
    await scoped.set(sessionId, name, value, options);
    return { value };
  },
};

/** A compare-and-set of a value. */
export interface Swap extends OnScoped {
  expected: JsonValue;
  value: JsonValue;
  life?: WireDuration;
}

export const swap: Operation<Swap, { value: JsonValue }> = {
  name: 'scoped.swap',
  summary:
    'Replaces a value beside a live session only if it still is `expected` (null: if there is none); else `version_conflict`.',
  input: z.strictObject({
    id,
    name: scopedName,
    expected: jsonValue,
    value: jsonValue,
    life: z.exactOptional(duration),
  }),
  answer: valueAnswer,
  route: { method: 'POST', path: '/sessions/:id/scoped/:name/swap' },
  effect: 'write',
  overwrites: true,
  repeatable: false,
  hints: {
    version_conflict:
      'Somebody else was quicker: read the value again, decide again, and pass what you read as `expected`.',
  },
  run: async ({ scoped }, { id: sessionId, name, expected, value, ...options }) => {
    const change = (current: JsonValue): JsonValue => {
      if (sameJson(current, expected)) return value;
      throw new SessionError('version_conflict', 'Somebody else changed this value; read it again and repeat.', {
        status: 409,
      });
    };
    return { value: await scoped.mutate(sessionId, name, change, options) };
  },
};

export const remove: Operation<OnScoped, { removed: boolean }> = {
  name: 'scoped.remove',
  summary: 'Removes a value beside a session. Says whether there was one.',
  input: z.strictObject({ id, name: scopedName }),
  answer: z.object({ removed: z.boolean() }),
  route: { method: 'DELETE', path: '/sessions/:id/scoped/:name' },
  effect: 'end',
  repeatable: true,
  run: async ({ scoped }, input) => ({ removed: await scoped.remove(input.id, input.name) }),
};
