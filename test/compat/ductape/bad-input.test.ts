import { beforeEach, describe, expect, test } from 'vitest';
import type { Ductape } from 'sojourn/compat/ductape';
import { openShop } from './shop.ts';

describe('a call without its argument', () => {
  let ductape: Ductape;

  beforeEach(async () => {
    ({ ductape } = await openShop());
  });

  test.each([
    ['start', /\{ tag, data \}/],
    ['verify', /\{ tag, token \}/],
    ['validate', /\{ tag, token \}/],
    ['decrypt', /\{ tag, token \}/],
    ['refresh', /\{ tag, refreshToken \}/],
    ['revoke', /\{ tag, sessionId \} or \{ tag, identifier \}/],
    ['revokeAll', /\{ tag, identifier \}/],
    ['listActive', /\{ tag \}/],
    ['create', /\{ tag, data \}/],
    ['update', /update\(\{ tag/],
    ['define', /\{ tag, handler \}/],
    ['users', /\{ session \}/],
    ['fetchUsers', /\{ session \}/],
    ['fetchUserDetails', /\{ session, identifier \}/],
    ['fetchDashboard', /\{ session \}/],
    ['user', /`_id`/],
  ] as const)('S108: says what to pass: %s', async (name, says) => {
    const call = ductape.sessions[name] as (input?: unknown) => Promise<unknown>;
    for (const nothing of [undefined, null, 7])
      await expect(call(nothing)).rejects.toMatchObject({
        name: 'SessionError',
        code: 'INVALID_ARGUMENT',
        status: 400,
        message: expect.stringMatching(says) as unknown,
      });
  });

  test('S108: says so of a session type, too', async () => {
    const { create, define, update } = ductape.product.sessions;
    for (const call of [create, define, update] as ((input?: unknown) => Promise<unknown>)[])
      await expect(call()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', status: 400 });
    await expect(define({ tag: 'a' } as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('handler') as unknown,
    });
  });
});
