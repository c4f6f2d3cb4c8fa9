import { expect, test } from 'vitest';
import { nextStep } from '../../../src/client/http/next-step.ts';

const all = { nonce: 1, step_up: 1, renew: 1 };

test.each([
  [200, undefined, all, 'done'],
  [400, 'use_dpop_nonce', all, 'done'],
  [401, undefined, all, 'renew'],
  [401, 'invalid_token', all, 'renew'],
  [401, 'claims_stale', all, 'renew'],
  [401, 'session_revoked', all, 'renew'],
  [401, 'use_dpop_nonce', all, 'nonce'],
  [401, 'step_up_required', all, 'step_up'],
  [403, 'step_up_required', all, 'step_up'],
  [403, undefined, all, 'done'],
  [403, 'forbidden', all, 'done'],
  // Newer tokens make no password right.
  [401, 'invalid_credentials', all, 'done'],
  [500, 'invalid_token', all, 'done'],
  [401, 'invalid_token', { ...all, renew: 0 }, 'done'],
  // A nonce that is refused again is no reason to refresh, nor is a step-up that nobody offers.
  [401, 'use_dpop_nonce', { ...all, nonce: 0 }, 'done'],
  [401, 'step_up_required', { ...all, step_up: 0 }, 'done'],
] as const)('%i %s with %o: %s', (status, code, untried, step) => {
  expect(nextStep(status, code, untried)).toBe(step);
});
