import { durationMs, type Duration } from '../../protocol/duration.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { invalidArgument } from './failures.ts';
import type { JsonObject } from './json.ts';
import type { CreateSession, Renewal } from './session.ts';

/** Limits of a stay. `null` switches a limit off; absent means the default. */
export interface Lifetimes {
  /** Ends when nobody is active for so long. Default 30 minutes; remembered 14 days. */
  idleTimeout?: Duration | null;
  /** Ends so long after sign-in, whatever happens. Default 12 hours; remembered 30 days. */
  absoluteTimeout?: Duration | null;
}

/** What all sessions of a type have in common; each session may ask for less or more at its creation. */
export interface SessionType extends Lifetimes {
  /** A window that {@link Renewal} moves. Default none. */
  window?: Duration | null;
  /** Default `'none'`. */
  renewal?: Renewal;
  /** Limits of sessions created with `remember: true`. */
  remember?: Lifetimes;
  /** What the data looks like, by sample; see `TypeDefinition.schema`. Default: anything. */
  schema?: JsonObject | null;
  /** Where the data says whose session it is: `'$Session{userId}'`. Default: `create` is told. */
  selector?: string | null;
  /** Whether session tokens should carry the data, encrypted. Read by who issues them. Default: false. */
  encrypt?: boolean;
  /** Most live sessions of one user, of whatever type; the oldest end as `revoked`. Default: null, any number. */
  maxPerUser?: number | null;
}

/** Lifetimes of one new session, in milliseconds. Copied into its record: a later change of settings lengthens nothing. */
export interface ResolvedLifetimes {
  idleTimeoutMs: number | null;
  absoluteMs: number | null;
  windowMs: number | null;
  renewal: Renewal;
}

const builtIn = {
  normal: { idleTimeout: '30m', absoluteTimeout: '12h' },
  remembered: { idleTimeout: '14d', absoluteTimeout: '30d' },
} as const;

/** Resolves what a session asked for, then its type, then the engine's defaults, then ours; first one given wins. */
export function resolveLifetimes(
  input: CreateSession,
  type: SessionType,
  defaults: SessionType,
  now: number,
): ResolvedLifetimes {
  const remembered = input.remember === true;
  const limits = remembered ? [input, type.remember, defaults.remember] : [input, type, defaults];
  const fallback = remembered ? builtIn.remembered : builtIn.normal;
  const fixedMs = fixedWindowMs(input, now);
  const windowMs = fixedMs ?? toMs(firstGiven([input, type, defaults], (from) => from.window) ?? null);
  const absolute = firstGiven(limits, (from) => from.absoluteTimeout);
  const idle = firstGiven(limits, (from) => from.idleTimeout);
  return {
    idleTimeoutMs: toMs(idle === undefined ? fallback.idleTimeout : idle),
    // Somebody who asks for a window and sets no limit means the window, also when it is longer than our default.
    absoluteMs: absolute === undefined ? Math.max(durationMs(fallback.absoluteTimeout), windowMs ?? 0) : toMs(absolute),
    windowMs,
    renewal: fixedMs !== null ? 'none' : (input.renewal ?? type.renewal ?? defaults.renewal ?? 'none'),
  };
}

const renewals: ReadonlySet<unknown> = new Set<Renewal>(['none', 'manual', 'access', 'half-life']);

/** Throws `invalid_argument` for a policy that there is not, or a limit that is none. Absent is right. */
export function checkPolicies({ renewal, maxPerUser }: { renewal?: unknown; maxPerUser?: unknown }): void {
  if (renewal !== undefined && !renewals.has(renewal))
    throw invalidArgument(`\`renewal\` is one of ${[...renewals].join(', ')}.`);
  if (maxPerUser != null && !(Number.isSafeInteger(maxPerUser) && Number(maxPerUser) > 0))
    throw invalidArgument('`maxPerUser` is a whole number from 1, or null for any number.');
}

/** Throws now for a setting that could not be used later. */
export function checkLifetimes(type: SessionType): void {
  for (const duration of [type.idleTimeout, type.absoluteTimeout, type.window]) toMs(duration ?? null);
  checkPolicies(type);
  if (type.remember) checkLifetimes(type.remember);
}

/** The window up to a fixed end, or null when none was given. */
function fixedWindowMs({ endsAt, window, renewal }: CreateSession, now: number): number | null {
  if (endsAt === undefined) return null;
  if (window !== undefined || (renewal !== undefined && renewal !== 'none'))
    throw invalidArgument('`endsAt` is a fixed end: give neither `window` nor `renewal` with it.');
  if (!(endsAt > now) || !Number.isSafeInteger(endsAt))
    throw new SessionError('invalid_duration', '`endsAt` is not an instant in the future (epoch milliseconds).', {
      status: 400,
    });
  return endsAt - now;
}

function firstGiven<From, T>(
  sources: ReadonlyArray<From | undefined>,
  pick: (from: From) => T | undefined,
): T | undefined {
  for (const from of sources) {
    const found = from && pick(from);
    if (found !== undefined) return found;
  }
  return undefined;
}

function toMs(duration: Duration | null): number | null {
  return duration === null ? null : durationMs(duration);
}
