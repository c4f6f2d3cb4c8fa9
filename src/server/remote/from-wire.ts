import type { SessionEvent } from '../engine/session-event.ts';
import type { TypeDefinition } from '../engine/session-types.ts';
import type { SessionUser } from '../engine/session-users.ts';
import type { IssuedSession, Session } from '../engine/sessions.ts';
import type { IssuedAnswer } from '../operations/create-session.ts';
import type { WireEvent } from '../operations/events.ts';
import type { WireType } from '../operations/session-types.ts';
import type { WireUser } from '../operations/session-users.ts';
import type { WireSession } from '../operations/wire-session.ts';

/** A session, with its times as epoch milliseconds again. */
export function toSession(wire: WireSession): Session {
  const { device, last_action: lastAction } = wire;
  return {
    id: wire.id,
    alias: wire.alias,
    type: wire.type,
    userId: wire.user_id,
    state: wire.state,
    createdAt: toMoment(wire.created_at),
    updatedAt: toMoment(wire.updated_at),
    lastActivityAt: toMoment(wire.last_activity_at),
    authenticatedAt: toMoment(wire.authenticated_at),
    acr: wire.acr,
    lastRefreshedAt: toMomentOrNull(wire.last_refreshed_at),
    endsAt: toMomentOrNull(wire.expires_at),
    windowEndsAt: toMomentOrNull(wire.window_expires_at),
    absoluteEndsAt: toMomentOrNull(wire.absolute_expires_at),
    idleTimeoutMs: toMs(wire.idle_timeout),
    renewal: wire.renewal,
    remembered: wire.remembered,
    generation: wire.generation,
    keyThumbprint: wire.key_thumbprint,
    device: { label: device.label, userAgent: device.user_agent },
    trustContext: wire.trust_context,
    lastAction: lastAction && { action: lastAction.action, at: toMoment(lastAction.at) },
    tokenGeneration: wire.token_generation,
    endReason: wire.end_reason,
    data: wire.data,
    version: wire.version,
  };
}

/** A session with its secrets. */
export function toIssued(answer: IssuedAnswer): IssuedSession {
  return {
    session: toSession(answer.session),
    refreshToken: answer.refresh_token,
    revocationToken: answer.revocation_token,
    stamp: answer.stamp,
  };
}

export function toEvent({ cursor, type, user_id: userId, session_id: sessionId, at, detail }: WireEvent): SessionEvent {
  const members: SessionEvent['detail'] = {};
  for (const [name, value] of Object.entries(detail)) members[camelCase(name)] = value;
  return { cursor, type, userId, sessionId, at: toMoment(at), detail: members };
}

export function toType(wire: WireType): TypeDefinition {
  const { window, idle_timeout, absolute_timeout, max_per_user, created_at, updated_at, ...rest } = wire;
  return {
    ...rest,
    windowMs: toMs(window),
    idleTimeoutMs: toMs(idle_timeout),
    absoluteMs: absolute_timeout === undefined ? undefined : toMs(absolute_timeout),
    maxPerUser: max_per_user,
    createdAt: toMoment(created_at),
    updatedAt: toMoment(updated_at),
  };
}

export function toUser(wire: WireUser): SessionUser {
  return {
    userId: wire.user_id,
    type: wire.type,
    firstSeenAt: toMoment(wire.first_seen_at),
    lastSeenAt: toMoment(wire.last_seen_at),
    sessionCount: wire.session_count,
    activeSessionCount: wire.active_session_count,
  };
}

/** Epoch milliseconds of a moment on the wire. */
export function toMoment(text: string): number {
  return Date.parse(text);
}

function toMomentOrNull(text: string | null): number | null {
  return text === null ? null : toMoment(text);
}

function toMs(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1000);
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
