import * as z from 'zod/mini';
import { refusalReasons, type RefusalReason } from '../../protocol/end-reason.ts';
import type { RefreshOutcome } from '../engine/sessions.ts';
import { issued, issuedSecrets, type IssuedAnswer } from './create-session.ts';
import { attemptKey, count, keyThumbprint, token } from './fields.ts';
import type { Operation } from './operation.ts';
import { wireSession } from './wire-session.ts';

/** A refresh on behalf of a client. */
export interface RefreshInput {
  refresh_token: string;
  attempt_key?: string | null;
  attempt_keys?: Array<{ generation: number; key: string }>;
  key_thumbprint?: string | null;
  cookie_mode?: boolean;
}

/** What became of a refresh. Only `ended` is definite. */
export type RefreshAnswer =
  | ({ outcome: 'rotated' | 'replayed' | 'ahead' } & IssuedAnswer)
  | { outcome: 'stale'; session_id: string; generation: number }
  | { outcome: 'ended'; reason: RefusalReason; session_id: string | null }
  | { outcome: 'wrong_key'; session_id: string }
  | { outcome: 'too_many_replays'; retry_after_ms: number };

export const refresh: Operation<RefreshInput, RefreshAnswer> = {
  name: 'sessions.refresh',
  summary:
    'Rotates a refresh token for its client. The same `attempt_key` again gets the same answer; without one the rotation is strict.',
  input: z.strictObject({
    refresh_token: token,
    attempt_key: z.exactOptional(z.nullable(attemptKey)),
    attempt_keys: z.exactOptional(z.array(z.strictObject({ generation: count, key: attemptKey }))),
    key_thumbprint: z.exactOptional(keyThumbprint),
    cookie_mode: z.exactOptional(z.boolean()),
  }),
  answer: z.discriminatedUnion('outcome', [
    z.object({
      outcome: z.enum(['rotated', 'replayed', 'ahead']),
      session: wireSession,
      refresh_token: z.string(),
      revocation_token: z.string(),
      stamp: z.number(),
    }),
    z.object({ outcome: z.literal('stale'), session_id: z.string(), generation: z.number() }),
    z.object({ outcome: z.literal('ended'), reason: z.enum(refusalReasons), session_id: z.nullable(z.string()) }),
    z.object({ outcome: z.literal('wrong_key'), session_id: z.string() }),
    z.object({ outcome: z.literal('too_many_replays'), retry_after_ms: z.number() }),
  ]),
  route: { method: 'POST', path: '/tokens/refresh' },
  effect: 'write',
  overwrites: true,
  // Whether it is depends on the attempt key; the caller has it, and decides.
  repeatable: false,
  secrets: { input: ['refresh_token'], answer: issuedSecrets },
  run: async (sessions, input) =>
    toAnswer(
      await sessions.refresh({
        refreshToken: input.refresh_token,
        attemptKey: input.attempt_key ?? null,
        keyThumbprint: input.key_thumbprint ?? null,
        ...(input.attempt_keys && { attemptKeys: input.attempt_keys }),
        ...(input.cookie_mode !== undefined && { cookieMode: input.cookie_mode }),
      }),
    ),
};

function toAnswer(found: RefreshOutcome): RefreshAnswer {
  switch (found.outcome) {
    case 'stale':
      return { outcome: 'stale', session_id: found.sessionId, generation: found.generation };
    case 'ended':
      return { outcome: 'ended', reason: found.reason, session_id: found.sessionId };
    case 'wrong_key':
      return { outcome: 'wrong_key', session_id: found.sessionId };
    case 'too_many_replays':
      return { outcome: 'too_many_replays', retry_after_ms: found.retryAfterMs };
    default:
      return { outcome: found.outcome, ...issued(found) };
  }
}
