import { SessionError } from '../../../protocol/session-error.ts';

/** What goes wrong with a request. */
export type FaultKind =
  /** The request is served, its effects are committed, and then the connection breaks instead of an answer. */
  | 'drop'
  /** The connection breaks before anything happened. */
  | 'cut'
  /** Answers with `status` (default 500) and a problem document; with 429 and 503 `retryAfter` seconds go along. */
  | 'status'
  /** Answers a web page with `status` (default 200), as captive portals and firewalls do. */
  | 'html'
  /** Sends the client elsewhere (`location`), as a proxy that wants a sign-in does. */
  | 'redirect'
  /** Serves the request `ms` later. */
  | 'delay'
  /** Serves the request, and answers `ms` later. */
  | 'slow_answer';

/** A fault to come. */
export interface Fault {
  kind: FaultKind;
  /** Only requests to this path, such as `/token`. Default: all but `/dev/…`. */
  path: string | null;
  /** How many requests it hits. Default: 1, or all within `durationMs`. */
  times: number | null;
  /** For how long it is on, in milliseconds. */
  durationMs: number | null;
  status: number;
  retryAfter: number | null;
  location: string;
  ms: number;
}

const kinds: readonly string[] = ['drop', 'cut', 'status', 'html', 'redirect', 'delay', 'slow_answer'];
const members = new Set(['kind', 'path', 'times', 'durationMs', 'status', 'retryAfter', 'location', 'ms']);

/** Reads a fault from JSON. @throws SessionError `invalid_argument` */
export function parseFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null) throw invalid('it is no object');
  const given = value as Record<string, unknown>;
  const { kind } = given;
  const unknown = Object.keys(given).find((name) => !members.has(name));
  if (unknown !== undefined) throw invalid(`it has the unknown member '${unknown.slice(0, 40)}'`);
  if (typeof kind !== 'string' || !kinds.includes(kind)) throw invalid(`kind is one of ${kinds.join(', ')}`);
  const durationMs = optionalNumber(given, 'durationMs');
  return {
    kind: kind as FaultKind,
    path: typeof given['path'] === 'string' ? given['path'] : null,
    times: optionalNumber(given, 'times') ?? (durationMs === null ? 1 : null),
    durationMs,
    status: optionalNumber(given, 'status') ?? (kind === 'html' ? 200 : 500),
    retryAfter: optionalNumber(given, 'retryAfter'),
    location: typeof given['location'] === 'string' ? given['location'] : 'https://portal.invalid/sign-in',
    ms: optionalNumber(given, 'ms') ?? 1000,
  };
}

function optionalNumber(given: Record<string, unknown>, name: string): number | null {
  const value = given[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw invalid(`${name} is a number`);
  return value;
}

function invalid(why: string): SessionError {
  return new SessionError('invalid_argument', `This is no fault: ${why}.`, { status: 400 });
}
