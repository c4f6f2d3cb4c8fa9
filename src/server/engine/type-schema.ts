import * as z from 'zod/mini';
import { SessionError } from '../../protocol/session-error.ts';
import { checkJsonObject } from './data.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** Throws `data_invalid` unless the schema of a type is a plain object of JSON. */
export function checkSchema(schema: unknown): asserts schema is JsonObject {
  try {
    checkJsonObject(schema);
  } catch (cause) {
    const message = 'The schema of a session type is a sample of its data: a plain object of JSON.';
    throw new SessionError('data_invalid', message, { status: 422, cause });
  }
}

/**
 * Checks of data against schemas by sample. A leaf stands for its own kind, and the texts `'string'`, `'number'` and `'boolean'`
 * for the kind they name; null stands for anything. Elements of an array are like the sample's first one. Keys may be missing,
 * and there may be more of them. What is read from a schema is kept as long as the schema is.
 *
 * The check throws `data_invalid` with the path of the first value of another kind.
 */
export function createSchemaChecks(): (schema: JsonObject, data: JsonObject) => void {
  const read = new WeakMap<JsonObject, z.ZodMiniType>();
  return (schema, data) => {
    const shape = read.get(schema) ?? objectLike(schema);
    read.set(schema, shape);
    const [wrong] = shape.safeParse(data).error?.issues ?? [];
    if (wrong === undefined) return;
    const path = wrong.path.join('.');
    const expected = wrong.code === 'invalid_type' ? wrong.expected : 'something else';
    const message = `The session data does not fit its type: '${path}' is to be ${kinds[expected] ?? expected}.`;
    throw new SessionError('data_invalid', message, { status: 422 });
  };
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function objectLike(sample: JsonObject): z.ZodMiniType {
  const keys = Object.entries(sample).map(([key, value]) => [key, z.optional(like(value))] as const);
  return z.looseObject(Object.fromEntries(keys));
}

function like(sample: JsonValue): z.ZodMiniType {
  if (sample === null) return z.unknown();
  if (Array.isArray(sample)) return z.array(sample[0] === undefined ? z.unknown() : like(sample[0]));
  if (typeof sample === 'object') return objectLike(sample);
  switch (typeof sample === 'string' && isKindName(sample) ? sample : typeof sample) {
    case 'number':
      return z.number();
    case 'boolean':
      return z.boolean();
    default:
      return z.string();
  }
}

function isKindName(text: string): boolean {
  return text === 'string' || text === 'number' || text === 'boolean';
}
