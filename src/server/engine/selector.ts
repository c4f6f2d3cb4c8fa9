import { SessionError } from '../../protocol/session-error.ts';
import type { JsonObject, JsonValue } from './json.ts';

const selectorPattern = /^\$Session(?:\{[A-Za-z0-9_.-]+\})+$/;
const longestSelector = 512;

/**
 * The keys that a selector names, outermost first: `'$Session{details}{username}'` is `['details', 'username']`.
 *
 * @throws SessionError `invalid_selector` for a text that is none; a bare `userId` is none.
 */
export function parseSelector(selector: string): string[] {
  if (typeof selector !== 'string' || selector.length > longestSelector || !selectorPattern.test(selector))
    throw invalidSelector(selector, "write '$Session{userId}', or '$Session{details}{username}' for a nested key");
  return selector.slice('$Session{'.length, -1).split('}{');
}

/**
 * Whose session the data says it is: what the selector finds there, as text.
 *
 * @throws SessionError `invalid_selector`, and `selector_unresolved` when nothing is there, or an object, or an empty text.
 */
export function resolveSelector(selector: string, data: JsonObject): string {
  const found = valueAt(data, parseSelector(selector));
  if (!isPrimitive(found) || found === '')
    throw new SessionError(
      'selector_unresolved',
      `The session data has no text, number or boolean at ${selector}, which tells whose session it is.`,
      { status: 422 },
    );
  return String(found);
}

/**
 * The value that `'$Session{tag}{field}'` stands for: the data of the session called `tag`, and the field in it. Null when it is
 * not there.
 *
 * @throws SessionError `invalid_selector` for a text that is no reference.
 */
export function resolveReference(reference: string, sources: Readonly<Record<string, JsonObject>>): JsonValue {
  const [tag = '', ...path] = parseSelector(reference);
  const source = Object.hasOwn(sources, tag) ? sources[tag] : undefined;
  return (source && valueAt(source, path)) ?? null;
}

/**
 * Holds a selector against the schema of its type: it has to lead to a text, a number or a boolean there.
 *
 * @throws SessionError `invalid_selector`
 */
export function checkSelector(selector: string, schema: JsonObject | null): void {
  const path = parseSelector(selector);
  if (schema !== null && !isPrimitive(valueAt(schema, path)))
    throw invalidSelector(selector, 'the schema has no text, number or boolean there');
}

/** The value at a path of own keys; undefined when a step leads nowhere. */
function valueAt(data: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
      return undefined;
    value = value[key];
  }
  return value;
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function invalidSelector(selector: unknown, why: string): SessionError {
  const shown = typeof selector === 'string' ? `'${selector.slice(0, 60)}'` : `a ${typeof selector}`;
  return new SessionError('invalid_selector', `The selector ${shown} cannot be used: ${why}.`, { status: 400 });
}
