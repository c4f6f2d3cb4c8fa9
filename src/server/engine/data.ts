import { SessionError } from '../../protocol/session-error.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { isText } from './texts.ts';

const deepest = 64;
const longestKey = 512;
/** Keys that lead to an object's prototype when somebody merges carelessly later. */
const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Throws `data_invalid` for a key that no data may have, at any depth. */
export function checkKey(key: unknown): asserts key is string {
  if (!isText(key, longestKey))
    throw new SessionError(
      'data_invalid',
      `A key of session data is a text of 1 to ${longestKey} characters, of well-formed Unicode.`,
      { status: 422 },
    );
  if (refusedKeys.has(key))
    throw new SessionError('data_invalid', `Session data cannot have the key '${key}'; choose another name.`, {
      status: 422,
    });
}

/**
 * Throws `data_not_serializable` unless `value` is JSON and nothing else, so that what is read is what was written:
 * a Date, a Map, `undefined`, NaN or a cycle would be changed or lost without a word.
 */
export function checkJson(value: unknown, depth = 0): asserts value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (depth > deepest) throw notJson(`deeper than ${deepest} levels, or a cycle`);
  if (Array.isArray(value)) {
    // By index: `forEach` and `every` step over holes, which JSON would turn into null.
    for (let i = 0; i < value.length; i++) checkJson(value[i], depth + 1);
    return;
  }
  if (!isPlainObject(value)) throw notJson(nameOf(value));
  for (const key of Object.keys(value)) {
    checkKey(key);
    checkJson(value[key], depth + 1);
  }
}

/** Throws unless `value` is a plain object of JSON. */
export function checkJsonObject(value: unknown): asserts value is JsonObject {
  if (!isPlainObject(value))
    throw new SessionError('data_invalid', `Session data is a plain object, not ${nameOf(value)}.`, { status: 422 });
  checkJson(value);
}

/** The JSON text of checked data, null for the empty object. Throws `payload_too_large` above `limitBytes` of UTF-8. */
export function encodeData(data: JsonObject, limitBytes: number): string | null {
  const text = encodeValue(data, limitBytes);
  return text === '{}' ? null : text;
}

/** The JSON text of a checked value. Throws `payload_too_large` above `limitBytes` of UTF-8. */
export function encodeValue(value: JsonValue, limitBytes: number): string {
  const text = JSON.stringify(value);
  // A UTF-16 unit is at most three bytes of UTF-8: most data need not be counted.
  const bytes = text.length * 3 <= limitBytes ? 0 : utf8Length(text);
  if (bytes > limitBytes)
    throw new SessionError('payload_too_large', `Session data would have ${bytes} bytes; the limit is ${limitBytes}.`, {
      status: 413,
    });
  return text;
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate pair is two units and four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function nameOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return value === undefined ? 'undefined' : `a ${typeof value}`;
  return Array.isArray(value) ? 'an array' : `a ${value.constructor?.name ?? 'object'}`;
}

function notJson(what: string): SessionError {
  return new SessionError('data_not_serializable', `Session data holds JSON only; found ${what}.`, { status: 422 });
}
