import { SessionError } from '../../protocol/session-error.ts';
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

/** Puts an input into a route. */
export function fillRoute(route: OperationRoute, input: object): FilledRoute {
  const rest: Record<string, unknown> = { ...input };
  const path = route.path.replaceAll(/:(\w+)/g, (_match, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeSegment(String(value));
  });
  return { path, rest };
}

/**
 * A text as one segment of a path. URLs know no empty segment and make something else of `.` and `..` (URL standard), so these
 * get a `=` before them, and so does what begins with one.
 *
 * @throws SessionError `invalid_argument` for a text that is no Unicode (half a surrogate pair)
 */
export function encodeSegment(text: string): string {
  try {
    return encodeURIComponent(/^(?:\.{0,2}$|=)/.test(text) ? `=${text}` : text);
  } catch (cause) {
    throw new SessionError(
      'invalid_argument',
      'An id, a key or a name holds half a character; it is no Unicode text.',
      {
        cause,
      },
    );
  }
}

/** The text of a segment whose percent signs are read already. */
export function decodeSegment(segment: string): string {
  return segment.startsWith('=') ? segment.slice(1) : segment;
}
