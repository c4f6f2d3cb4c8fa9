import * as z from 'zod/mini';
import { count, userId, type OnUser } from './fields.ts';
import type { Operation } from './operation.ts';

export const sweep: Operation<Record<never, never>, { removed: number }> = {
  name: 'sessions.sweep',
  summary: 'Removes what is left of sessions that are long over. Says of how many.',
  input: z.strictObject({}),
  answer: z.object({ removed: count }),
  route: { method: 'POST', path: '/sweep' },
  effect: 'write',
  overwrites: true,
  repeatable: true,
  run: async (sessions) => ({ removed: await sessions.sweep() }),
};

export const sweepUser: Operation<OnUser, { removed: number }> = {
  name: 'sessions.sweep_user',
  summary: 'Clears the list of one user of sessions that died unseen. Says how many.',
  input: z.strictObject({ user_id: userId }),
  answer: z.object({ removed: count }),
  route: { method: 'POST', path: '/users/:user_id/sweep' },
  effect: 'write',
  overwrites: true,
  repeatable: true,
  run: async (sessions, input) => ({ removed: await sessions.sweepUser(input.user_id) }),
};
