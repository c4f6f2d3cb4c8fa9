import { durationMs, type Duration } from '../../protocol/duration.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { invalidArgument } from '../engine/failures.ts';
import type { CreateSession } from '../engine/sessions.ts';
import type { NewTypeDefinition } from '../engine/session-types.ts';
import type { NewSession } from '../operations/create-session.ts';
import type { WireDuration } from '../operations/fields.ts';
import type { TypePatch } from '../operations/session-types.ts';
import { instant } from '../operations/wire-session.ts';

/** Wishes for a new session. What JSON would change or lose is refused here, as the local engine refuses it. */
export function toNewSession(input: CreateSession): NewSession {
  const {
    userId,
    endsAt,
    idleTimeout,
    absoluteTimeout,
    window,
    maxPerUser,
    keyThumbprint,
    trustContext,
    authenticatedAt,
    device,
    ...rest
  } = input;
  return {
    ...rest,
    ...(userId !== undefined && { user_id: userId }),
    ...(endsAt !== undefined && { ends_at: toWireEnd(endsAt) }),
    ...(window !== undefined && { window: toLimit(window) }),
    ...(idleTimeout !== undefined && { idle_timeout: toLimit(idleTimeout) }),
    ...(absoluteTimeout !== undefined && { absolute_timeout: toLimit(absoluteTimeout) }),
    ...(maxPerUser !== undefined && { max_per_user: maxPerUser }),
    ...(keyThumbprint !== undefined && { key_thumbprint: keyThumbprint }),
    ...(trustContext !== undefined && { trust_context: trustContext }),
    ...(authenticatedAt !== undefined && { authenticated_at: toWireMoment(authenticatedAt) }),
    ...(device !== undefined && { device: { label: device.label ?? null, user_agent: device.userAgent ?? null } }),
  };
}

/** What is to be said of a session type. */
export function toTypePatch(input: Omit<NewTypeDefinition, 'tag'>): TypePatch {
  const { windowMs, idleTimeoutMs, absoluteMs, maxPerUser, ...rest } = input;
  return {
    ...rest,
    ...(windowMs !== undefined && { window: inMs(windowMs) }),
    ...(idleTimeoutMs !== undefined && { idle_timeout: inMs(idleTimeoutMs) }),
    ...(absoluteMs !== undefined && { absolute_timeout: inMs(absoluteMs) }),
    ...(maxPerUser !== undefined && { max_per_user: maxPerUser }),
  };
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

function toLimit(duration: Duration | null): WireDuration | null {
  return duration === null ? null : toWireDuration(duration);
}

function inMs(ms: number | null): WireDuration | null {
  return ms === null ? null : `${ms}ms`;
}
