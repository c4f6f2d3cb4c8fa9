import * as z from 'zod/mini';
import type { Session } from '../engine/sessions.ts';
import { acr, count, duration, id, moment, userId, type OnSession, type OnUser, type WireDuration } from './fields.ts';
import type { Operation } from './operation.ts';
import { sessionAnswer, toWire, wireSession, type SessionAnswer, type WireSession } from './wire-session.ts';

/** A session whose end was moved. */
export interface MovedAnswer {
  session: WireSession;
  /** Whether the absolute end stood in the way. */
  clamped: boolean;
}

const movedAnswer: z.ZodMiniType<MovedAnswer> = z.object({ session: wireSession, clamped: z.boolean() });

export const touch: Operation<OnSession & { action?: string }, SessionAnswer> = {
  name: 'sessions.touch',
  summary: 'Says that the person did something: the idle clock starts anew, and the window by its renewal.',
  input: z.strictObject({
    id,
    action: z.exactOptional(
      z.string().check(z.describe('What was done, in the words of the app: 1 to 256 characters.')),
    ),
  }),
  answer: sessionAnswer,
  route: { method: 'POST', path: '/sessions/:id/touch' },
  effect: 'write',
  repeatable: true,
  run: async (sessions, input) => ({ session: toWire(await sessions.touch(input.id, input.action)) }),
};

export const reauthenticated: Operation<OnSession & { acr?: string | null }, SessionAnswer> = {
  name: 'sessions.reauthenticated',
  summary:
    'Says that the person proved anew who they are: tokens that come after it have a new `auth_time`, and this `acr`.',
  input: z.strictObject({ id, acr: z.exactOptional(acr) }),
  answer: sessionAnswer,
  route: { method: 'POST', path: '/sessions/:id/reauthenticated' },
  effect: 'write',
  repeatable: true,
  run: async (sessions, { id: session, ...how }) => ({ session: toWire(await sessions.reauthenticated(session, how)) }),
};

export const claimsChanged: Operation<OnUser, { count: number }> = {
  name: 'sessions.claims_changed',
  summary:
    'Says that the roles or other claims of a user changed: access tokens of before are stale, and clients get new ones by themselves. Nobody is signed out. Says how many sessions live.',
  input: z.strictObject({ user_id: userId }),
  answer: z.object({ count }),
  route: { method: 'POST', path: '/users/:user_id/claims-changed' },
  effect: 'write',
  repeatable: true,
  run: async (sessions, input) => sessions.claimsChanged(input.user_id),
};

export const extend: Operation<OnSession & { by?: WireDuration }, MovedAnswer> = {
  name: 'sessions.extend',
  summary:
    'Moves the end of the window by a length of time from where it is; without `by` the window starts anew. Never past the absolute end.',
  input: z.strictObject({ id, by: z.exactOptional(duration) }),
  answer: movedAnswer,
  route: { method: 'POST', path: '/sessions/:id/extend' },
  effect: 'write',
  repeatable: false,
  run: async (sessions, input) => moved(await sessions.extend(input.id, input.by)),
};

export const setEnd: Operation<OnSession & { at: string }, MovedAnswer> = {
  name: 'sessions.set_end',
  summary: 'Sets the end of the window, earlier or later. A moment that has passed ends the session now.',
  input: z.strictObject({ id, at: moment }),
  answer: movedAnswer,
  route: { method: 'PUT', path: '/sessions/:id/end' },
  effect: 'write',
  overwrites: true,
  repeatable: true,
  run: async (sessions, input) => moved(await sessions.setEnd(input.id, Date.parse(input.at))),
};

export const renew: Operation<OnSession, SessionAnswer> = {
  name: 'sessions.renew',
  summary:
    'Renews a session whose token the back end hands out itself: the window starts anew, the token of before is superseded.',
  input: z.strictObject({ id }),
  answer: sessionAnswer,
  route: { method: 'POST', path: '/sessions/:id/renew' },
  effect: 'write',
  overwrites: true,
  repeatable: false,
  run: async (sessions, input) => ({ session: toWire(await sessions.renew(input.id)) }),
};

function moved({ session, clamped }: { session: Session; clamped: boolean }): MovedAnswer {
  return { session: toWire(session), clamped };
}
