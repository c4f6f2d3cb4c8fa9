import * as z from 'zod/mini';
import { instantSchema } from '../../protocol/session-view.ts';
import type { SessionEvent } from '../engine/session-event.ts';
import { limit, userId, type OnUser } from './fields.ts';
import type { Operation } from './operation.ts';
import { instant } from './wire-session.ts';

/** An event on the wire. */
export interface WireEvent {
  cursor: number;
  type: SessionEvent['type'];
  user_id: string;
  session_id: string | null;
  at: string;
  detail: Record<string, string | number | null>;
}

const eventTypes: { readonly [type in SessionEvent['type']]: type } = {
  'session.created': 'session.created',
  'session.updated': 'session.updated',
  'session.touched': 'session.touched',
  'session.reauthenticated': 'session.reauthenticated',
  'session.claims_changed': 'session.claims_changed',
  'session.extended': 'session.extended',
  'session.refreshed': 'session.refreshed',
  'session.expired': 'session.expired',
  'session.revoked': 'session.revoked',
  'session.reuse_detected': 'session.reuse_detected',
  'session.proof_refused': 'session.proof_refused',
  'user.sessions_revoked': 'user.sessions_revoked',
  'everybody.sessions_revoked': 'everybody.sessions_revoked',
};

/** Checks a {@link WireEvent}. */
export const wireEvent: z.ZodMiniType<WireEvent> = z.object({
  cursor: z.number(),
  type: z.enum(eventTypes),
  user_id: z.string(),
  session_id: z.nullable(z.string()),
  at: instantSchema,
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});

export const list: Operation<OnUser & { after?: number; limit?: number }, { events: WireEvent[] }> = {
  name: 'events.list',
  summary: 'What happened to the sessions of a user after a cursor, oldest first.',
  input: z.strictObject({
    user_id: userId,
    after: z.exactOptional(z.number().check(z.describe('Cursor of the last event that is known.'))),
    limit: z.exactOptional(limit),
  }),
  answer: z.object({ events: z.array(wireEvent) }),
  route: { method: 'GET', path: '/users/:user_id/events' },
  effect: 'read',
  repeatable: true,
  run: async (sessions, { user_id, ...query }) => ({
    events: (await sessions.events({ userId: user_id, ...query })).map(toWireEvent),
  }),
};

/** An event for the wire. */
export function toWireEvent({ cursor, type, userId: user, sessionId, at, detail }: SessionEvent): WireEvent {
  return {
    cursor,
    type,
    user_id: user,
    session_id: sessionId,
    at: instant(at),
    detail: Object.fromEntries(Object.entries(detail).map(([name, value]) => [snakeCase(name), value])),
  };
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
