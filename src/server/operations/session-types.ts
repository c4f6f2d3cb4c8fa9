import * as z from 'zod/mini';
import { durationMs } from '../../protocol/duration.ts';
import { instantSchema } from '../../protocol/session-view.ts';
import type { JsonObject } from '../engine/json.ts';
import type { NewTypeDefinition, TypeDefinition } from '../engine/session-types.ts';
import type { Renewal } from '../engine/sessions.ts';
import { duration, givenObject, jsonObject, renewal, typeTag, type WireDuration } from './fields.ts';
import type { Operation } from './operation.ts';
import { instant } from './wire-session.ts';

/** What can be said of a session type. Null switches a limit off. */
export interface TypePatch {
  name?: string;
  description?: string;
  schema?: JsonObject | null;
  selector?: string | null;
  encrypt?: boolean;
  window?: WireDuration | null;
  idle_timeout?: WireDuration | null;
  absolute_timeout?: WireDuration | null;
  renewal?: Renewal;
  max_per_user?: number | null;
  custom?: JsonObject | null;
}

/** A session type on the wire. Lives are in seconds. */
export interface WireType {
  tag: string;
  name: string;
  description: string;
  schema: JsonObject | null;
  selector: string | null;
  encrypt: boolean;
  window: number | null;
  idle_timeout: number | null;
  /** Left out where the engine's default holds. */
  absolute_timeout?: number | null;
  renewal: Renewal;
  /** Left out where the engine's default holds. */
  max_per_user?: number | null;
  custom: JsonObject | null;
  created_at: string;
  updated_at: string;
}

const patchMembers = {
  name: z.exactOptional(z.string().check(z.describe('At most 256 characters.'))),
  description: z.exactOptional(z.string().check(z.describe('At most 2048 characters.'))),
  schema: z.exactOptional(
    z
      .nullable(givenObject)
      .check(z.describe("What the data looks like, by sample; 'string', 'number', 'boolean' name a kind.")),
  ),
  selector: z.exactOptional(
    z
      // Anything, so that the engine says what is wrong with it.
      .nullable(z.custom<string>((value) => value !== undefined).check(z.meta({ type: 'string' })))
      .check(z.describe("Where the data says whose session it is: '$Session{details}{username}'.")),
  ),
  encrypt: z.exactOptional(z.boolean()),
  window: z.exactOptional(z.nullable(duration)),
  idle_timeout: z.exactOptional(z.nullable(duration)),
  absolute_timeout: z.exactOptional(z.nullable(duration)),
  renewal: z.exactOptional(renewal),
  max_per_user: z.exactOptional(
    z.nullable(z.number()).check(z.describe('Most live sessions of one user; the oldest end. Null for any number.')),
  ),
  custom: z.exactOptional(z.nullable(givenObject).check(z.describe('What you want to find again with the type.'))),
};

const wireType: z.ZodMiniType<WireType> = z.object({
  tag: z.string(),
  name: z.string(),
  description: z.string(),
  schema: z.nullable(jsonObject),
  selector: z.nullable(z.string()),
  encrypt: z.boolean(),
  window: z.nullable(z.number()),
  idle_timeout: z.nullable(z.number()),
  absolute_timeout: z.exactOptional(z.nullable(z.number())),
  renewal,
  max_per_user: z.exactOptional(z.nullable(z.number())),
  custom: z.nullable(jsonObject),
  created_at: instantSchema,
  updated_at: instantSchema,
});

/** An answer that is a session type. */
export interface TypeAnswer {
  type: WireType;
}

const typeAnswer: z.ZodMiniType<TypeAnswer> = z.object({ type: wireType });

export const define: Operation<TypePatch & { tag: string }, TypeAnswer> = {
  name: 'types.define',
  summary: 'Keeps a new session type: how long its sessions live, and what their data looks like.',
  input: z.strictObject({ tag: typeTag, ...patchMembers }),
  answer: typeAnswer,
  route: { method: 'POST', path: '/session-types', status: 201 },
  effect: 'write',
  repeatable: false,
  run: async ({ types }, { tag, ...patch }) => ({ type: toWireType(await types.define({ tag, ...wishes(patch) })) }),
};

export const update: Operation<TypePatch & { tag: string }, TypeAnswer> = {
  name: 'types.update',
  summary:
    'Changes a session type; what is not given stays. Sessions that live keep their window until they are renewed.',
  input: z.strictObject({ tag: typeTag, ...patchMembers }),
  answer: typeAnswer,
  route: { method: 'PATCH', path: '/session-types/:tag' },
  effect: 'write',
  overwrites: true,
  repeatable: true,
  run: async ({ types }, { tag, ...patch }) => ({ type: toWireType(await types.update(tag, wishes(patch))) }),
};

export const get: Operation<{ tag: string }, TypeAnswer | null> = {
  name: 'types.get',
  summary: 'Reads a session type. Null when there is none of this tag.',
  input: z.strictObject({ tag: typeTag }),
  answer: typeAnswer,
  route: { method: 'GET', path: '/session-types/:tag' },
  effect: 'read',
  repeatable: true,
  absent: 'session_type_not_found',
  run: async ({ types }, { tag }) => {
    const type = await types.get(tag);
    return type && { type: toWireType(type) };
  },
};

export const list: Operation<Record<never, never>, { types: WireType[] }> = {
  name: 'types.list',
  summary: 'All session types that are kept, by tag.',
  input: z.strictObject({}),
  answer: z.object({ types: z.array(wireType) }),
  route: { method: 'GET', path: '/session-types' },
  effect: 'read',
  repeatable: true,
  run: async ({ types }) => ({ types: (await types.list()).map(toWireType) }),
};

export const remove: Operation<{ tag: string; force?: boolean }, { removed: boolean }> = {
  name: 'types.remove',
  summary:
    'Removes a session type. Refused while sessions of it live (`version_conflict`), unless `force` ends them first.',
  input: z.strictObject({ tag: typeTag, force: z.exactOptional(z.boolean()) }),
  answer: z.object({ removed: z.boolean() }),
  route: { method: 'DELETE', path: '/session-types/:tag' },
  effect: 'end',
  repeatable: true,
  hints: { version_conflict: 'End the sessions of this type first, or pass `force: true`, which ends them all.' },
  run: async ({ types }, { tag, ...options }) => ({ removed: await types.remove(tag, options) }),
};

function wishes({
  window,
  idle_timeout,
  absolute_timeout,
  max_per_user,
  ...rest
}: TypePatch): Omit<NewTypeDefinition, 'tag'> {
  return {
    ...rest,
    ...(window !== undefined && { windowMs: toMs(window) }),
    ...(idle_timeout !== undefined && { idleTimeoutMs: toMs(idle_timeout) }),
    ...(absolute_timeout !== undefined && { absoluteMs: toMs(absolute_timeout) }),
    ...(max_per_user !== undefined && { maxPerUser: max_per_user }),
  };
}

function toWireType(type: TypeDefinition): WireType {
  const { windowMs, idleTimeoutMs, absoluteMs, maxPerUser, createdAt, updatedAt, ...rest } = type;
  return {
    ...rest,
    window: toSeconds(windowMs),
    idle_timeout: toSeconds(idleTimeoutMs),
    ...(absoluteMs !== undefined && { absolute_timeout: toSeconds(absoluteMs) }),
    ...(maxPerUser !== undefined && { max_per_user: maxPerUser }),
    created_at: instant(createdAt),
    updated_at: instant(updatedAt),
  };
}

function toMs(life: WireDuration | null): number | null {
  return life === null ? null : durationMs(life);
}

function toSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
