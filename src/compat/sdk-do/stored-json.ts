import type { JsonObject, JsonValue } from '../../server/engine/json.ts';
import { invalidArgument, SessionError } from './errors.ts';

/** Whatever was stored, as unchecked as `JSON.parse` gives it. */
export type Untyped = ReturnType<JSON['parse']>;

/**
 * A value as it will be read: a `Date` becomes its ISO text, `undefined` and functions are left out.
 *
 * @throws SessionError `DATA_NOT_SERIALIZABLE` for a cycle or a BigInt, `INVALID_ARGUMENT` when nothing is left.
 */
export function toStored(value: unknown): JsonValue {
  const text = textOf(value);
  if (text === undefined) throw invalidArgument('There is nothing to store: the value is undefined or a function.');
  return JSON.parse(text) as JsonValue;
}

/** The same for data, which is an object. */
export function toStoredData(data: unknown): JsonObject {
  const stored = toStored(data);
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored))
    throw new SessionError('DATA_INVALID', 'Session data is a plain object.');
  return stored;
}

function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new SessionError('DATA_NOT_SERIALIZABLE', 'The data cannot be written as JSON.', { cause });
  }
}
