import { isText } from '../engine/texts.ts';
import type { OperationRoute } from './operation.ts';

/** Where a route is, with the input that goes there: what the path does not hold is left for the query or the body. */
export interface FilledRoute {
  path: string;
  rest: Record<string, unknown>;
}

/** Names of the input's members that are in the path. */
export function pathMembers({ path }: OperationRoute): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
}

/** Longer than any id, key or name may be. */
const longestText = 512;

/** Whether what the path does not hold goes into the query; else it is the JSON body. */
export function hasQuery({ method }: OperationRoute): boolean {
  return method === 'GET' || method === 'DELETE';
}

/**
 * Puts an input that was checked into a route. A URL carries no half of a character and no text of any length: a text that can be
 * no id, key or name goes as the empty one, which names nothing either.
 */
export function fillRoute(route: OperationRoute, input: object): FilledRoute {
  const rest: Record<string, unknown> = { ...input };
  const path = route.path.replaceAll(/:(\w+)/g, (_match, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeSegment(nameable(value) as string);
  });
  return { path, rest: hasQuery(route) ? mapValues(rest, nameable) : rest };
}

/**
 * A text as one segment of a path. URLs know no empty segment and make something else of `.` and `..` (URL standard), so these
 * get a `=` before them, and so does what begins with one.
 */
function encodeSegment(text: string): string {
  return encodeURIComponent(/^(?:\.{0,2}$|=)/.test(text) ? `=${text}` : text);
}

function nameable(value: unknown): unknown {
  return typeof value !== 'string' || isText(value, longestText) ? value : '';
}

function mapValues(record: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** The text of a segment whose percent signs are read already. */
export function decodeSegment(segment: string): string {
  return segment.startsWith('=') ? segment.slice(1) : segment;
}
