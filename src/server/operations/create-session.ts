import * as z from 'zod/mini';
import type { JsonObject } from '../engine/json.ts';
import type { CreateSession, IssuedSession, Renewal } from '../engine/sessions.ts';
import {
  acr,
  duration,
  givenObject,
  id,
  keyThumbprint,
  moment,
  renewal,
  typeTag,
  userId,
  type OnSession,
  type WireDuration,
} from './fields.ts';
import type { Operation } from './operation.ts';
import { toWire, wireSession, type WireSession } from './wire-session.ts';

/** Wishes for a new session. What is left out has a default; null switches a limit off. */
export interface NewSession {
  user_id?: string;
  type?: string;
  id?: string;
  ends_at?: string;
  window?: WireDuration | null;
  idle_timeout?: WireDuration | null;
  absolute_timeout?: WireDuration | null;
  renewal?: Renewal;
  remember?: boolean;
  max_per_user?: number | null;
  device?: { label?: string | null; user_agent?: string | null };
  key_thumbprint?: string | null;
  authenticated_at?: string;
  acr?: string | null;
  trust_context?: JsonObject | null;
  data?: JsonObject;
}

/** A session with the secrets that are told once, to its client. */
export interface IssuedAnswer {
  session: WireSession;
  refresh_token: string;
  revocation_token: string;
  stamp: number;
}

/** Wishes for a new session, on the wire. */
export const newSession: z.ZodMiniType<NewSession> = z.strictObject({
  user_id: z.exactOptional(userId),
  type: z.exactOptional(typeTag),
  id: z.exactOptional(id.check(z.describe('An id of your choice: 1 to 128 characters of `A-Za-z0-9_.:~-`.'))),
  ends_at: z.exactOptional(moment),
  window: z.exactOptional(z.nullable(duration)),
  idle_timeout: z.exactOptional(z.nullable(duration)),
  absolute_timeout: z.exactOptional(z.nullable(duration)),
  renewal: z.exactOptional(renewal),
  remember: z.exactOptional(z.boolean().check(z.describe('A longer stay, marked as such.'))),
  max_per_user: z.exactOptional(
    z.nullable(z.number()).check(z.describe('Most live sessions of this user; the oldest end.')),
  ),
  device: z.exactOptional(
    z.strictObject({
      label: z.exactOptional(z.nullable(z.string())),
      user_agent: z.exactOptional(z.nullable(z.string())),
    }),
  ),
  key_thumbprint: z.exactOptional(keyThumbprint),
  authenticated_at: z.exactOptional(
    moment.check(z.describe('When the person proved who they are, where that was earlier than now.')),
  ),
  acr: z.exactOptional(acr),
  trust_context: z.exactOptional(z.nullable(givenObject)),
  data: z.exactOptional(givenObject),
});

/** What to do about wishes that cannot be met. */
export const newSessionHints: NonNullable<Operation['hints']> = {
  invalid_duration:
    "Write a length of time as a text with its unit, such as '30m', '12h' or '14d', or as seconds; and `ends_at` as a moment in the future.",
};

/** A session with its secrets, on the wire. */
const issuedAnswer: z.ZodMiniType<IssuedAnswer> = z.object({
  session: wireSession,
  refresh_token: z.string(),
  revocation_token: z.string(),
  stamp: z.number(),
});

/** Names of the secrets in an {@link IssuedAnswer}. */
export const issuedSecrets: readonly string[] = ['refresh_token', 'revocation_token'];

export const create: Operation<NewSession, IssuedAnswer> = {
  name: 'sessions.create',
  summary:
    'Starts a session for a user. The answer holds the refresh token for its client: it is told this once and never again.',
  input: newSession,
  answer: issuedAnswer,
  route: { method: 'POST', path: '/sessions', status: 201 },
  effect: 'write',
  overwrites: true,
  repeatable: false,
  hints: newSessionHints,
  secrets: { answer: issuedSecrets },
  run: async (sessions, input) => issued(await sessions.create(sessionWishes(input))),
};

export const reissue: Operation<OnSession, IssuedAnswer> = {
  name: 'sessions.reissue',
  summary:
    'The tokens of a live session once more, for whoever repeats a start whose answer was lost. They are the same: no second client may have them.',
  input: z.strictObject({ id }),
  answer: issuedAnswer,
  route: { method: 'POST', path: '/sessions/:id/tokens' },
  effect: 'read',
  repeatable: true,
  secrets: { answer: issuedSecrets, isAllThereIs: true },
  run: async (sessions, input) => issued(await sessions.reissue(input.id)),
};

/** Wishes as the engine takes them. */
export function sessionWishes(input: NewSession): CreateSession {
  const {
    user_id,
    ends_at,
    idle_timeout,
    absolute_timeout,
    max_per_user,
    key_thumbprint,
    trust_context,
    authenticated_at,
    device,
    ...rest
  } = input;
  return {
    ...rest,
    ...(user_id !== undefined && { userId: user_id }),
    ...(ends_at !== undefined && { endsAt: Date.parse(ends_at) }),
    ...(idle_timeout !== undefined && { idleTimeout: idle_timeout }),
    ...(absolute_timeout !== undefined && { absoluteTimeout: absolute_timeout }),
    ...(max_per_user !== undefined && { maxPerUser: max_per_user }),
    ...(key_thumbprint !== undefined && { keyThumbprint: key_thumbprint }),
    ...(trust_context !== undefined && { trustContext: trust_context }),
    ...(authenticated_at !== undefined && { authenticatedAt: Date.parse(authenticated_at) }),
    ...(device !== undefined && { device: { label: device.label ?? null, userAgent: device.user_agent ?? null } }),
  };
}

/** A session with its secrets, for the wire. */
export function issued({ session, refreshToken, revocationToken, stamp }: IssuedSession): IssuedAnswer {
  return { session: toWire(session), refresh_token: refreshToken, revocation_token: revocationToken, stamp };
}
