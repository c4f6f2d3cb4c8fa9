import { durationMs, type Duration } from '../../protocol/duration.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { checkJsonObject } from '../engine/data.ts';
import { invalidArgument } from '../engine/failures.ts';
import type { CreateSession } from '../engine/sessions.ts';
import type { NewTypeDefinition } from '../engine/session-types.ts';
import { checkSchema } from '../engine/type-schema.ts';
import type { NewSession } from '../operations/create-session.ts';
import type { WireDuration } from '../operations/fields.ts';
import type { TypePatch } from '../operations/session-types.ts';
import { instant } from '../operations/wire-session.ts';

/** Wishes for a new session. What JSON would change or lose is refused here, as the local engine refuses it. */
export function toNewSession(input: CreateSession): NewSession {
  demandObject(input, 'A new session');
  const { userId, type, id, endsAt, window, idleTimeout, absoluteTimeout, renewal, remember, maxPerUser } = input;
  const { device, keyThumbprint, authenticatedAt, acr, trustContext, data } = input;
  if (data !== undefined) checkJsonObject(data);
  if (trustContext != null) checkJsonObject(trustContext);
  return given({
    user_id: userId,
    type,
    id,
    ends_at: endsAt === undefined ? undefined : toWireEnd(endsAt),
    window: toLimit(window),
    idle_timeout: toLimit(idleTimeout),
    absolute_timeout: toLimit(absoluteTimeout),
    renewal,
    remember,
    max_per_user: maxPerUser,
    device: device == null ? undefined : { label: device.label ?? null, user_agent: device.userAgent ?? null },
    key_thumbprint: keyThumbprint,
    authenticated_at: authenticatedAt === undefined ? undefined : toWireMoment(authenticatedAt),
    acr,
    trust_context: trustContext,
    data,
  });
}

/** What is to be said of a session type. What JSON would change or lose is refused here, too. */
export function toTypePatch(input: Omit<NewTypeDefinition, 'tag'>): TypePatch {
  demandObject(input, 'A session type');
  const { name, description, schema, selector, encrypt, renewal, maxPerUser, custom } = input;
  if (schema != null) checkSchema(schema);
  if (custom != null) checkJsonObject(custom);
  return given({
    name,
    description,
    schema,
    selector,
    encrypt,
    window: inMs(input.windowMs),
    idle_timeout: inMs(input.idleTimeoutMs),
    absolute_timeout: inMs(input.absoluteMs),
    renewal,
    max_per_user: maxPerUser,
    custom,
  });
}

/** More entries than any page has; larger numbers, and no end of them, go into no query. */
const manyEntries = 1e9;

/** Which page is wanted. */
export function toWirePage<Page extends { limit?: number }>(page: Page): Page {
  return page.limit !== undefined && page.limit > manyEntries ? { ...page, limit: manyEntries } : page;
}

/** @throws SessionError `invalid_duration` */
export function toWireDuration(duration: Duration): WireDuration {
  return `${durationMs(duration)}ms`;
}

/** @throws SessionError `invalid_argument` for a number that is no moment */
export function toWireMoment(at: number): string {
  if (!Number.isSafeInteger(at)) throw invalidArgument('A moment is a whole number of epoch milliseconds.');
  return instant(Math.max(0, at));
}

function toWireEnd(at: number): string {
  if (Number.isSafeInteger(at)) return toWireMoment(at);
  throw new SessionError('invalid_duration', '`endsAt` is not an instant in the future (epoch milliseconds).');
}

function demandObject(input: unknown, what: string): void {
  if (typeof input !== 'object' || input === null) throw invalidArgument(`${what} is described by an object.`);
}

/** The members that are given. */
function given<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as typeof members;
}

function toLimit(duration: Duration | null | undefined): WireDuration | null | undefined {
  return duration == null ? duration : toWireDuration(duration);
}

function inMs(ms: number | null | undefined): WireDuration | null | undefined {
  return ms == null ? ms : `${ms}ms`;
}
