import * as z from 'zod/mini';
import { refusalReasons, type RefusalReason } from '../../protocol/end-reason.ts';
import { id, limit, token, typeTag, userId, type OnSession, type OnUser } from './fields.ts';
import type { Operation } from './operation.ts';
import { sessionAnswer, toWire, wireSession, type SessionAnswer, type WireSession } from './wire-session.ts';

const onSession: z.ZodMiniType<OnSession> = z.strictObject({ id });

export const get: Operation<OnSession, SessionAnswer | null> = {
  name: 'sessions.get',
  summary: 'Reads a live session. Null when there is none, or when it is over. Reading is not activity.',
  input: onSession,
  answer: sessionAnswer,
  route: { method: 'GET', path: '/sessions/:id' },
  effect: 'read',
  repeatable: true,
  absent: 'session_not_found',
  run: async (sessions, input) => {
    const session = await sessions.get(input.id);
    return session && { session: toWire(session) };
  },
};

export const inspect: Operation<OnSession, SessionAnswer | null> = {
  name: 'sessions.inspect',
  summary: 'Reads a session, also one that is over, with the reason of its end. Null when nothing of it is kept.',
  input: onSession,
  answer: sessionAnswer,
  route: { method: 'GET', path: '/sessions/:id/record' },
  effect: 'read',
  repeatable: true,
  absent: 'session_not_found',
  run: async (sessions, input) => {
    const session = await sessions.inspect(input.id);
    return session && { session: toWire(session) };
  },
};

export const getByToken: Operation<{ token: string }, SessionAnswer | null> = {
  name: 'sessions.get_by_token',
  summary:
    'Reads the live session of a refresh token, for a server that renders a page. Rotates nothing. Null when the token is forged or spent, or its session is over. The key of a bound session is not asked for.',
  input: z.strictObject({ token }),
  answer: sessionAnswer,
  route: { method: 'POST', path: '/tokens/session' },
  effect: 'read',
  repeatable: true,
  absent: 'session_not_found',
  secrets: { input: ['token'] },
  run: async (sessions, input) => {
    const session = await sessions.getByToken(input.token);
    return session && { session: toWire(session) };
  },
};

export const isValid: Operation<OnSession, { valid: boolean }> = {
  name: 'sessions.is_valid',
  summary: 'Whether a session lives. False for an id that is unknown.',
  input: onSession,
  answer: z.object({ valid: z.boolean() }),
  route: { method: 'GET', path: '/sessions/:id/valid' },
  effect: 'read',
  repeatable: true,
  run: async (sessions, input) => ({ valid: await sessions.isValid(input.id) }),
};

export const timeRemaining: Operation<OnSession, { remaining_ms: number | null }> = {
  name: 'sessions.time_remaining',
  summary: 'Milliseconds until a session ends if nothing happens; 0 when it is over, null when nothing ends it.',
  input: onSession,
  answer: z.object({ remaining_ms: z.nullable(z.number()) }),
  route: { method: 'GET', path: '/sessions/:id/remaining' },
  effect: 'read',
  repeatable: true,
  run: async (sessions, input) => ({ remaining_ms: await sessions.timeRemaining(input.id) }),
};

/** What became of a check. */
export type CheckAnswer =
  | { ok: true; session: WireSession }
  | { ok: false; why: 'ended'; reason: RefusalReason }
  | { ok: false; why: 'claims_stale' };

export const check: Operation<OnSession & { stamp: number }, CheckAnswer> = {
  name: 'sessions.check',
  summary:
    'Whether an access token with this session id and stamp is still good: the session lives, and no sign-out everywhere came after the stamp.',
  input: z.strictObject({ id, stamp: z.number() }),
  answer: z.union([
    z.object({ ok: z.literal(true), session: wireSession }),
    z.object({ ok: z.literal(false), why: z.literal('ended'), reason: z.enum(refusalReasons) }),
    z.object({ ok: z.literal(false), why: z.literal('claims_stale') }),
  ]),
  route: { method: 'POST', path: '/sessions/:id/check' },
  effect: 'read',
  repeatable: true,
  run: async (sessions, input) => {
    const found = await sessions.check(input.id, input.stamp);
    return found.ok ? { ok: true, session: toWire(found.session) } : found;
  },
};

/** A page of sessions on the wire. */
export interface PageAnswer {
  sessions: WireSession[];
  /** Null on the last page. */
  cursor: string | null;
}

export const list: Operation<OnUser & { limit?: number; cursor?: string; type?: string }, PageAnswer> = {
  name: 'sessions.list',
  summary: 'Live sessions of a user, newest first. Pass `cursor` of an answer back to get the next page.',
  input: z.strictObject({
    user_id: userId,
    limit: z.exactOptional(limit),
    cursor: z.exactOptional(z.string()),
    type: z.exactOptional(typeTag),
  }),
  answer: z.object({ sessions: z.array(wireSession), cursor: z.nullable(z.string()) }),
  route: { method: 'GET', path: '/users/:user_id/sessions' },
  effect: 'read',
  repeatable: true,
  run: async (sessions, { user_id, ...page }) => {
    const found = await sessions.list(user_id, page);
    return { sessions: found.sessions.map(toWire), cursor: found.cursor };
  },
};
