import * as z from 'zod/mini';
import { refusalReasons, type RefusalReason } from '../../protocol/end-reason.ts';
import { instantSchema } from '../../protocol/session-view.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Renewal, Session } from '../engine/sessions.ts';
import { jsonObject, renewal } from './fields.ts';

/** A session as back ends see it on the wire: all that the engine tells. Holds nothing secret. */
export interface WireSession {
  id: string;
  alias: string | null;
  type: string;
  user_id: string;
  state: 'active' | 'renewal_due' | 'expired' | 'revoked';
  created_at: string;
  updated_at: string;
  last_activity_at: string;
  /** When the person last proved who they are. */
  authenticated_at: string;
  acr: string | null;
  last_refreshed_at: string | null;
  /** The earliest of window, idle and absolute end; null when nothing ends it. */
  expires_at: string | null;
  window_expires_at: string | null;
  absolute_expires_at: string | null;
  /** Seconds. */
  idle_timeout: number | null;
  renewal: Renewal;
  remembered: boolean;
  generation: number;
  key_thumbprint: string | null;
  device: { label: string | null; user_agent: string | null };
  trust_context: JsonObject | null;
  last_action: { action: string; at: string } | null;
  token_generation: number;
  end_reason: RefusalReason | null;
  data: JsonObject;
  version: number;
}

/** Checks a {@link WireSession}. Members that a newer server adds are dropped. */
export const wireSession: z.ZodMiniType<WireSession> = z.object({
  id: z.string(),
  alias: z.nullable(z.string()),
  type: z.string(),
  user_id: z.string(),
  state: z.enum(['active', 'renewal_due', 'expired', 'revoked']),
  created_at: instantSchema,
  updated_at: instantSchema,
  last_activity_at: instantSchema,
  authenticated_at: instantSchema,
  acr: z.nullable(z.string()),
  last_refreshed_at: z.nullable(instantSchema),
  expires_at: z.nullable(instantSchema),
  window_expires_at: z.nullable(instantSchema),
  absolute_expires_at: z.nullable(instantSchema),
  idle_timeout: z.nullable(z.number()),
  renewal,
  remembered: z.boolean(),
  generation: z.int(),
  key_thumbprint: z.nullable(z.string()),
  device: z.object({ label: z.nullable(z.string()), user_agent: z.nullable(z.string()) }),
  trust_context: z.nullable(jsonObject),
  last_action: z.nullable(z.object({ action: z.string(), at: instantSchema })),
  token_generation: z.int(),
  end_reason: z.nullable(z.enum(refusalReasons)),
  data: jsonObject,
  version: z.int(),
});

/** An answer that is a session. */
export interface SessionAnswer {
  session: WireSession;
}

export const sessionAnswer: z.ZodMiniType<SessionAnswer> = z.object({ session: wireSession });

/** Later years have another spelling, and the last moments of a Date none. */
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A moment on the wire. */
export function instant(at: number): string {
  return new Date(Math.min(at, latest)).toISOString();
}

/** A moment on the wire, where there may be none. */
function instantOrNull(at: number | null): string | null {
  return at === null ? null : instant(at);
}

/** A session for the wire. */
export function toWire(session: Session): WireSession {
  const { device, lastAction, idleTimeoutMs } = session;
  return {
    id: session.id,
    alias: session.alias,
    type: session.type,
    user_id: session.userId,
    state: session.state,
    created_at: instant(session.createdAt),
    updated_at: instant(session.updatedAt),
    last_activity_at: instant(session.lastActivityAt),
    authenticated_at: instant(session.authenticatedAt),
    acr: session.acr,
    last_refreshed_at: instantOrNull(session.lastRefreshedAt),
    expires_at: instantOrNull(session.endsAt),
    window_expires_at: instantOrNull(session.windowEndsAt),
    absolute_expires_at: instantOrNull(session.absoluteEndsAt),
    idle_timeout: idleTimeoutMs === null ? null : idleTimeoutMs / 1000,
    renewal: session.renewal,
    remembered: session.remembered,
    generation: session.generation,
    key_thumbprint: session.keyThumbprint,
    device: { label: device.label, user_agent: device.userAgent },
    trust_context: session.trustContext,
    last_action: lastAction && { action: lastAction.action, at: instant(lastAction.at) },
    token_generation: session.tokenGeneration,
    end_reason: session.endReason,
    data: session.data,
    version: session.version,
  };
}
