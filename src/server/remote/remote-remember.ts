import type { RememberTokens } from '../engine/remember-tokens.ts';
import * as remember from '../operations/remember-tokens.ts';
import type { Requests } from './call-operation.ts';
import { toIssued } from './from-wire.ts';
import { toNewSession, toWireDuration } from './to-wire.ts';

/** The remember tokens of a server. */
export function createRemoteRemember({ call }: Pick<Requests, 'call'>): RememberTokens {
  return {
    issue: async (userId, { life } = {}) =>
      (
        await call(remember.issue, {
          user_id: userId,
          ...(life !== undefined && { life: toWireDuration(life) }),
        })
      ).remember_token,
    redeem: async (token, { attemptKey, session } = {}) => {
      const redeemed = await call(remember.redeem, {
        token,
        ...(attemptKey !== undefined && { attempt_key: attemptKey }),
        ...(session && { session: toNewSession(session) }),
      });
      return redeemed && { session: toIssued(redeemed), rememberToken: redeemed.remember_token };
    },
    revoke: async (token) => (await call(remember.revoke, { token })).was_good,
  };
}
