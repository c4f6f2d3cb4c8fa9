import * as z from 'zod/mini';
import type { Duration } from '../../protocol/duration.ts';
import type { JsonObject, JsonValue } from '../engine/json.ts';
import type { Renewal } from '../engine/sessions.ts';

/** A length of time as the wire can carry it. */
export type WireDuration = Extract<Duration, number | string>;

/** An operation on one session. */
export interface OnSession {
  id: string;
}

/** An operation on one user. */
export interface OnUser {
  user_id: string;
}

/** Either kind of id. The engine decides what it leads to; what can be no id leads to no session. */
export const id: z.ZodMiniType<string> = z
  .string()
  .check(z.maxLength(512), z.describe('Id of the session (`session_...`), or the id that its creator gave it.'));

export const userId: z.ZodMiniType<string> = z
  .string()
  .check(z.minLength(1), z.maxLength(256), z.describe('Id of the user, as the app gives it.'));

export const typeTag: z.ZodMiniType<string> = z
  .string()
  .check(z.maxLength(256), z.describe("Tag of a session type. Sessions of no type have 'default'."));

export const dataKey: z.ZodMiniType<string> = z
  .string()
  .check(z.maxLength(512), z.describe('Key of a value in the session data.'));

export const scopedName: z.ZodMiniType<string> = z
  .string()
  .check(z.maxLength(256), z.describe('Name of a value beside the session, at most 128 characters.'));

/** A token that signs in or out. */
export const token: z.ZodMiniType<string> = z.string().check(z.maxLength(4096), z.describe('A token. Secret.'));

/** Seconds, or a number with its unit. Which ones can be used is for the engine to say. */
export const duration: z.ZodMiniType<WireDuration> = z
  .union([z.number(), z.string().check(z.maxLength(64))])
  .check(z.describe("A length of time: seconds as a number, or a text such as '90s', '30m', '12h', '14d'."));

/** ISO 8601, with `Z` or an offset. */
export const moment: z.ZodMiniType<string> = z.iso
  .datetime({ offset: true })
  .check(z.describe("A moment, ISO 8601: '2026-01-05T12:00:00.000Z'."));

export const renewal: z.ZodMiniType<Renewal> = z
  .enum(['none', 'manual', 'access', 'half-life'])
  .check(
    z.describe(
      "What moves the window end: 'none' nothing, 'manual' a refresh, 'access' a touch or a refresh, 'half-life' the same in the second half of the window.",
    ),
  );

/** How somebody proved who they are. */
export const acr: z.ZodMiniType<string | null> = z
  .nullable(z.string().check(z.maxLength(4096)))
  .check(z.describe('How the person proved who they are, in the words of the app: 1 to 128 characters, no spaces.'));

/** Kept as it came, prototype keys and all: the engine refuses them, a copy would drop them without a word. */
export const jsonObject: z.ZodMiniType<JsonObject> = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .check(z.meta({ type: 'object', description: 'A JSON object.' }));

/** Any JSON, null included; to be left out is something else. */
export const jsonValue: z.ZodMiniType<JsonValue> = z
  .custom<JsonValue>((value) => value !== undefined)
  .check(z.describe('Any JSON value, null included.'));

export const ifVersion: z.ZodMiniType<number> = z
  .int()
  .check(
    z.nonnegative(),
    z.describe('Only if this still is the version of the session data; else `version_conflict`.'),
  );

export const pageNumber: z.ZodMiniType<number> = z.number().check(z.describe('Number of the page, from 1.'));

export const limit: z.ZodMiniType<number> = z.number().check(z.describe('Most entries in the answer.'));

/** How many. */
export const count: z.ZodMiniType<number> = z.int().check(z.nonnegative());
