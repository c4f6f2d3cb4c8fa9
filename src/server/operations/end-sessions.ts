import * as z from 'zod/mini';
import { issued, issuedSecrets, type IssuedAnswer } from './create-session.ts';
import { count, id, keyThumbprint, token, typeTag, userId, type OnSession, type OnUser } from './fields.ts';
import type { Operation } from './operation.ts';
import { wireSession } from './wire-session.ts';

/** Whether there was something to end. */
export interface EndedAnswer {
  was_live: boolean;
}

const endedAnswer: z.ZodMiniType<EndedAnswer> = z.object({ was_live: z.boolean() });

export const revoke: Operation<OnSession & { reason?: 'signed_out_elsewhere' | 'revoked' }, EndedAnswer> = {
  name: 'sessions.revoke',
  summary: 'Ends one session for good. Says whether it was live; an id that is unknown is no error.',
  input: z.strictObject({
    id,
    reason: z.exactOptional(
      z
        .enum(['signed_out_elsewhere', 'revoked'])
        .check(z.describe("What its client is told. Default: 'revoked', an administrator or a back end ended it.")),
    ),
  }),
  answer: endedAnswer,
  route: { method: 'DELETE', path: '/sessions/:id' },
  effect: 'end',
  repeatable: true,
  run: async (sessions, { reason = 'revoked', ...input }) => ({ was_live: await sessions.revoke(input.id, reason) }),
};

export const revokeByToken: Operation<{ token: string; key_thumbprint?: string | null }, EndedAnswer> = {
  name: 'sessions.revoke_by_token',
  summary:
    'Ends the session of a refresh token or a revocation token. A bound refresh token needs the thumbprint of its key.',
  input: z.strictObject({ token, key_thumbprint: z.exactOptional(keyThumbprint) }),
  answer: endedAnswer,
  route: { method: 'POST', path: '/tokens/revoke' },
  effect: 'end',
  repeatable: true,
  secrets: { input: ['token'] },
  run: async (sessions, input) => ({
    was_live: await sessions.revokeByToken(input.token, input.key_thumbprint ?? null),
  }),
};

/** How many sessions ended, and the user's stamp: access tokens with an earlier one are stale. */
export interface RevokedAllAnswer {
  count: number;
  not_before: number;
}

export const revokeAll: Operation<OnUser, RevokedAllAnswer> = {
  name: 'sessions.revoke_all',
  summary: "Ends all sessions of a user in one step, and the user's remember tokens. Says how many were live.",
  input: z.strictObject({ user_id: userId }),
  answer: z.object({ count, not_before: z.number() }),
  route: { method: 'DELETE', path: '/users/:user_id/sessions' },
  effect: 'end',
  repeatable: true,
  run: async (sessions, input) => {
    const { count: ended, notBefore } = await sessions.revokeAll(input.user_id);
    return { count: ended, not_before: notBefore };
  },
};

/** The session that was kept, with its secrets, and what became of the others. */
export interface KeptAnswer extends IssuedAnswer, RevokedAllAnswer {}

export const revokeOthers: Operation<OnUser & { keep_id: string }, KeptAnswer> = {
  name: 'sessions.revoke_others',
  summary: 'Ends all sessions of a user but one, which gets a new stamp. Ends nothing when that one is not live.',
  input: z.strictObject({ user_id: userId, keep_id: id }),
  answer: z.object({
    session: wireSession,
    refresh_token: z.string(),
    revocation_token: z.string(),
    stamp: z.number(),
    count,
    not_before: z.number(),
  }),
  route: { method: 'POST', path: '/users/:user_id/sessions/revoke-others' },
  effect: 'end',
  repeatable: true,
  secrets: { answer: issuedSecrets },
  run: async (sessions, input) => {
    const { count: ended, notBefore, kept } = await sessions.revokeOthers(input.user_id, input.keep_id);
    return { ...issued(kept), count: ended, not_before: notBefore };
  },
};

export const revokeEverybody: Operation<{ confirm: 'everybody' }, { not_before: number }> = {
  name: 'sessions.revoke_everybody',
  summary:
    'Ends all sessions and remember tokens of all users: everybody has to sign in again. For a restored backup or a break-in.',
  input: z.strictObject({
    confirm: z.literal('everybody').check(z.describe("The word 'everybody', so that nobody asks for this by mistake.")),
  }),
  answer: z.object({ not_before: z.number() }),
  route: { method: 'POST', path: '/revoke-everybody' },
  effect: 'end',
  repeatable: true,
  run: async (sessions) => ({ not_before: (await sessions.revokeEverybody()).notBefore }),
};

export const revokeOfType: Operation<OnUser & { tag: string; except?: string }, { count: number }> = {
  name: 'sessions.revoke_of_type',
  summary: 'Ends the sessions of a user that are of one type, but for `except`. Says how many were live.',
  input: z.strictObject({ tag: typeTag, user_id: userId, except: z.exactOptional(id) }),
  answer: z.object({ count }),
  route: { method: 'DELETE', path: '/session-types/:tag/users/:user_id/sessions' },
  effect: 'end',
  repeatable: true,
  run: async (sessions, { user_id, tag, ...options }) => sessions.revokeOfType(user_id, tag, options),
};
