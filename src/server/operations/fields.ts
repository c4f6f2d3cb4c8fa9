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

// How long a text may be is for the engine to say: it is the same for whoever calls it. HTTP bounds bodies and URLs as a whole.

const text = (described: string): z.ZodMiniType<string> => z.string().check(z.describe(described));

/** Either kind of id. What can be no id leads to no session. */
export const id: z.ZodMiniType<string> = text('Id of the session (`session_...`), or the id that its creator gave it.');

export const userId: z.ZodMiniType<string> = text('Id of the user, as the app gives it: 1 to 256 characters.');

export const typeTag: z.ZodMiniType<string> = text("Tag of a session type. Sessions of no type have 'default'.");

export const dataKey: z.ZodMiniType<string> = text('Key of a value in the session data, at most 512 characters.');

export const scopedName: z.ZodMiniType<string> = text('Name of a value beside the session, at most 128 characters.');

/** A token that signs in or out. What can be none is unknown. */
export const token: z.ZodMiniType<string> = text('A token. Secret.');

/** The same in every retry of an attempt. */
export const attemptKey: z.ZodMiniType<string> = text('The same in every retry of one attempt: 128 random bits.');

/** Of the key that a session is bound to. */
export const keyThumbprint: z.ZodMiniType<string | null> = z
  .nullable(z.string())
  .check(z.describe('RFC 7638 thumbprint of the key that the session is bound to.'));

/** Seconds, or a number with its unit. Which ones can be used is for the engine to say. */
export const duration: z.ZodMiniType<WireDuration> = z
  .union([z.number().check(z.describe('Seconds.')), z.string().check(z.describe('A number with its unit.'))])
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
  .nullable(z.string())
  .check(z.describe('How the person proved who they are, in the words of the app: 1 to 128 characters, no spaces.'));

/** In an answer. Kept as it came, prototype keys and all. */
export const jsonObject: z.ZodMiniType<JsonObject> = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .check(z.meta({ type: 'object', description: 'A JSON object.' }));

/**
 * What has to be a JSON object, kept as it came: the engine says of anything else what is wrong with it, and refuses prototype keys,
 * which a copy would drop without a word.
 */
export const givenObject: z.ZodMiniType<JsonObject> = z
  .custom<JsonObject>((value) => value !== undefined)
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
