import * as z from 'zod/mini';
import {
  issued,
  issuedSecrets,
  newSession,
  newSessionHints,
  sessionWishes,
  type IssuedAnswer,
  type NewSession,
} from './create-session.ts';
import { attemptKey, duration, token, userId, type OnUser, type WireDuration } from './fields.ts';
import type { Operation } from './operation.ts';
import { wireSession } from './wire-session.ts';

export const issue: Operation<OnUser & { life?: WireDuration }, { remember_token: string }> = {
  name: 'remember.issue',
  summary: 'A token that signs a user in again, once. Good for 30 days, or for `life`.',
  input: z.strictObject({ user_id: userId, life: z.exactOptional(duration) }),
  answer: z.object({ remember_token: z.string() }),
  route: { method: 'POST', path: '/remember-tokens', status: 201 },
  effect: 'write',
  repeatable: false,
  secrets: { answer: ['remember_token'], isAllThereIs: true },
  run: async ({ remember }, { user_id, ...options }) => ({ remember_token: await remember.issue(user_id, options) }),
};

/** How a token is redeemed. */
export interface RedeemInput {
  token: string;
  /** The same in every retry; the same token comes back then. */
  attempt_key?: string;
  /** Wishes for the new session; whose it is says the token. */
  session?: NewSession;
}

/** A new session with its secrets, and the next remember token. */
export interface RedeemedAnswer extends IssuedAnswer {
  remember_token: string;
}

export const redeem: Operation<RedeemInput, RedeemedAnswer | null> = {
  name: 'remember.redeem',
  summary:
    'Starts a session for a remember token, and gives the next token. Null when the token is unknown, used up or over.',
  input: z.strictObject({
    token,
    attempt_key: z.exactOptional(attemptKey),
    session: z.exactOptional(newSession),
  }),
  answer: z.object({
    session: wireSession,
    refresh_token: z.string(),
    revocation_token: z.string(),
    stamp: z.number(),
    remember_token: z.string(),
  }),
  route: { method: 'POST', path: '/remember-tokens/redeem' },
  effect: 'write',
  overwrites: true,
  repeatable: false,
  absent: 'invalid_token',
  hints: newSessionHints,
  secrets: { input: ['token'], answer: [...issuedSecrets, 'remember_token'] },
  run: async ({ remember }, input) => {
    const redeemed = await remember.redeem(input.token, {
      ...(input.attempt_key !== undefined && { attemptKey: input.attempt_key }),
      ...(input.session && { session: wishesOf(input.session) }),
    });
    return redeemed && { ...issued(redeemed.session), remember_token: redeemed.rememberToken };
  },
};

export const revoke: Operation<{ token: string }, { was_good: boolean }> = {
  name: 'remember.revoke',
  summary: 'Ends a remember token. Says whether it was good.',
  input: z.strictObject({ token }),
  answer: z.object({ was_good: z.boolean() }),
  route: { method: 'POST', path: '/remember-tokens/revoke' },
  effect: 'end',
  repeatable: true,
  secrets: { input: ['token'] },
  run: async ({ remember }, input) => ({ was_good: await remember.revoke(input.token) }),
};

function wishesOf(session: NewSession): Omit<ReturnType<typeof sessionWishes>, 'userId' | 'remember'> {
  const { userId: _whose, remember: _marked, ...wishes } = sessionWishes(session);
  return wishes;
}
