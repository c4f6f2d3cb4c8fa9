import { beforeEach, describe, expect, test } from 'vitest';
import { SessionError } from 'sojourn/protocol';
import type { Sessions } from 'sojourn/server';
import { createTools, type ToolAnswer, type Tools } from '../../../src/server/operations/tools.ts';
import { localWorld } from '../remote/local-world.ts';

let sessions: Sessions;
let tools: Tools;

beforeEach(() => {
  ({ sessions } = localWorld());
  tools = createTools(sessions);
});

function call(name: string, input: unknown, from: Tools = tools): Promise<ToolAnswer> {
  const tool = from.tools.find((one) => one.name === name);
  if (!tool) throw new Error(`There is no tool ${name}.`);
  return tool.call(input);
}

async function resultOf(answer: Promise<ToolAnswer>): Promise<Record<string, unknown>> {
  const given = await answer;
  if (!given.ok) throw new Error(given.error.message);
  return given.result as Record<string, unknown>;
}

describe('the tools for agents (S103)', () => {
  test('have names that every model takes, and schemas that say what each member is', () => {
    for (const { name, description, inputSchema } of tools.tools) {
      expect(name).toMatch(/^[a-z_]{1,64}$/);
      expect(description.length).toBeGreaterThan(20);
      expect(inputSchema).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        additionalProperties: false,
      });
      expect(JSON.parse(JSON.stringify(inputSchema))).toEqual(inputSchema);
    }
    const { inputSchema } = tools.tools.find(({ name }) => name === 'sessions_extend')!;
    expect(inputSchema).toMatchObject({
      properties: {
        id: { type: 'string' },
        by: { anyOf: expect.any(Array), description: expect.stringContaining("'30m'") },
      },
      required: ['id'],
    });
  });

  test('describe what can be done, in one line each', () => {
    const lines = tools.describe();
    expect(lines.map(({ name }) => name)).toEqual(tools.tools.map(({ name }) => name));
    expect(lines).toContainEqual({ name: 'sessions_revoke', summary: expect.any(String), effect: 'end' });
  });

  test('say whether they only read, destroy, or may be repeated', () => {
    const hints = (name: string): unknown => tools.tools.find((one) => one.name === name)?.annotations;
    expect(hints('sessions_get')).toEqual({ readOnlyHint: true, destructiveHint: false, idempotentHint: true });
    expect(hints('sessions_revoke')).toEqual({ readOnlyHint: false, destructiveHint: true, idempotentHint: true });
    expect(hints('sessions_extend')).toEqual({ readOnlyHint: false, destructiveHint: false, idempotentHint: false });
    expect(hints('sessions_set_end')).toEqual({ readOnlyHint: false, destructiveHint: true, idempotentHint: true });
    const additive = createTools(sessions, { tokens: true }).tools.filter(
      ({ annotations }) => !annotations.readOnlyHint && !annotations.destructiveHint,
    );
    // A session with `max_per_user` ends older ones, and what is written may stand where something else stood.
    expect(additive.map(({ name }) => name)).toEqual([
      'sessions_touch',
      'sessions_reauthenticated',
      'sessions_claims_changed',
      'sessions_extend',
      'types_define',
      'remember_issue',
    ]);
  });

  test('do what they say', async () => {
    const { session } = (await resultOf(call('sessions_create', { user_id: 'ada', window: '1h' }))) as {
      session: { id: string };
    };
    expect(await resultOf(call('data_set', { id: session.id, key: 'cart', value: null }))).toMatchObject({
      session: { data: { cart: null }, user_id: 'ada', state: 'active', created_at: '2026-01-05T12:00:00.000Z' },
    });
    expect(await resultOf(call('sessions_list', { user_id: 'ada' }))).toMatchObject({ sessions: [{ id: session.id }] });
    expect(await resultOf(call('sessions_revoke', { id: session.id }))).toEqual({ was_live: true });
    expect(await call('sessions_get', { id: session.id })).toEqual({ ok: true, result: null });
    expect((await sessions.inspect(session.id))?.endReason).toBe('revoked');
  });

  test('hand no token to an agent that was not meant to have them', async () => {
    const names = tools.tools.map(({ name }) => name);
    for (const name of ['sessions_refresh', 'sessions_reissue', 'sessions_revoke_by_token', 'remember_issue'])
      expect(names).not.toContain(name);
    const created = await resultOf(call('sessions_create', { user_id: 'ada' }));
    expect(Object.keys(created)).toEqual(['session', 'stamp']);
    const { id } = created['session'] as { id: string };
    const kept = await resultOf(call('sessions_revoke_others', { user_id: 'ada', keep_id: id }));
    expect(Object.keys(kept)).toEqual(['session', 'stamp', 'count', 'not_before']);
    expect(tools.tools.find(({ name }) => name === 'sessions_create')?.description).toContain('without refresh_token');
  });

  test('hand tokens on where that is asked for', async () => {
    const trusted = createTools(sessions, { tokens: true });
    const { refresh_token } = await resultOf(call('sessions_create', { user_id: 'ada' }, trusted));
    const answer = await resultOf(call('sessions_refresh', { refresh_token, attempt_key: 'a'.repeat(22) }, trusted));
    expect(answer).toMatchObject({ outcome: 'rotated', refresh_token: expect.any(String) });
    const { remember_token } = await resultOf(call('remember_issue', { user_id: 'ada' }, trusted));
    expect(await resultOf(call('remember_redeem', { token: remember_token }, trusted))).toMatchObject({
      session: { user_id: 'ada' },
    });
  });

  test.each([
    ['nothing', undefined, /object/],
    ['a text', 'session_x', /object/],
    ['a member that is not there', { id: 'a', ifVersion: 3 }, /`ifVersion`/],
    ['a member of another kind', { id: 7 }, /`id` must be a string/],
    ['a prototype key', JSON.parse('{"id":"a","__proto__":1}'), /__proto__/],
  ])('refuse %s, and say what is wrong', async (_what, input, message) => {
    const answer = await call('sessions_touch', input);
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'invalid_argument', message: expect.stringMatching(message), retryable: false },
    });
  });

  test('never repeat a wrong value in their message', async () => {
    const answer = await call('sessions_touch', { id: 'a', action: 7, [`x${'y'.repeat(500)}`]: 'a secret value' });
    const other = await call('data_update', { id: 'a', patch: 'a secret value', if_version: 'a secret value' });
    expect(other).toMatchObject({ ok: false, error: { code: 'invalid_argument' } });
    expect(JSON.stringify([answer, other])).not.toContain('a secret value');
    expect(JSON.stringify(answer).length).toBeLessThan(600);
  });

  test('say what went wrong and what to do next', async () => {
    const { session } = await sessions.create({ userId: 'ada' });
    expect(await call('sessions_extend', { id: 'nobody', by: '1h' })).toMatchObject({
      ok: false,
      error: { code: 'session_not_found', hint: expect.stringContaining('list the sessions'), retryable: false },
    });
    expect(await call('data_update', { id: session.id, patch: { a: 1 }, if_version: 7 })).toMatchObject({
      error: { code: 'version_conflict', hint: expect.stringContaining('read it again') },
    });
    expect(await call('data_set', { id: session.id, key: '__proto__', value: 1 })).toMatchObject({
      error: { code: 'data_invalid' },
    });
    expect(await call('sessions_create', { user_id: 'ada', window: '30' })).toMatchObject({
      error: { code: 'invalid_duration', hint: expect.stringContaining("'30m'") },
    });
    await sessions.revoke(session.id, 'signed_out_elsewhere');
    expect(await call('sessions_touch', { id: session.id })).toMatchObject({
      error: { code: 'session_ended', reason: 'signed_out_elsewhere', hint: expect.stringContaining('sign in') },
    });
  });

  test.each([
    ['no user', 'sessions_create', {}, /^`user_id` is a text/],
    ['no number of sessions', 'sessions_create', { user_id: 'ada', max_per_user: 0 }, /^`max_per_user` is/],
    [
      'an end that has passed',
      'sessions_create',
      { user_id: 'ada', ends_at: '2020-01-01T00:00:00Z' },
      /^`ends_at` .*ISO/,
    ],
    ['no value', 'data_set', { id: 'a', key: 'b' }, /`value` is missing/],
    ['no id', 'sessions_touch', {}, /`id` is missing/],
    ['no stamp', 'sessions_check', { id: 'a' }, /`stamp` is missing/],
    ['no confirmation', 'sessions_revoke_everybody', {}, /`confirm` must be one of 'everybody'/],
  ])('call the members of an input by the names that it has: %s', async (_what, name, input, message) => {
    const answer = await call(name, input);
    expect(answer).toMatchObject({ ok: false, error: { message: expect.stringMatching(message) } });
    expect(JSON.stringify(answer)).not.toMatch(/[a-z][A-Z]|epoch/);
  });

  test('give a hint that fits what was asked for', async () => {
    const past = { user_id: 'ada', ends_at: '2020-01-01T00:00:00Z' };
    expect(await call('sessions_create', past)).toMatchObject({
      error: { code: 'invalid_duration', hint: expect.stringContaining('`ends_at` as a moment in the future') },
    });
    await sessions.types.define({ tag: 'shop' });
    const { session } = await sessions.create({ userId: 'ada', type: 'shop' });
    expect(await call('types_remove', { tag: 'shop' })).toMatchObject({
      error: { code: 'version_conflict', hint: expect.stringContaining('`force: true`') },
    });
    expect(await call('scoped_swap', { id: session.id, name: 'a', expected: 1, value: 2 })).toMatchObject({
      error: { code: 'version_conflict', hint: expect.stringContaining('`expected`') },
    });
  });

  test("leave the caller's own names as they are", async () => {
    await sessions.types.define({ tag: 'shop', schema: { userId: 'string' } });
    expect(await call('sessions_create', { user_id: 'ada', type: 'shop', data: { userId: 1 } })).toMatchObject({
      error: { code: 'data_invalid', message: expect.stringContaining("'userId'") },
    });
  });

  test('never reject, and show nothing of a failure that is none of ours', async () => {
    const failures: unknown[] = [];
    const broken = createTools(
      {
        ...sessions,
        get: async () => {
          throw new Error('the password of the database is 1234');
        },
        sweep: async () => {
          throw new SessionError('store_unavailable', 'The store is away.', { retryAfterMs: 2000 });
        },
      },
      { onError: (error) => void failures.push(error) },
    );
    expect(await call('sessions_get', { id: 'a' }, broken)).toEqual({
      ok: false,
      error: {
        code: 'server_error',
        message: 'Something failed in the server.',
        hint: expect.stringContaining('Wait'),
        retryable: true,
      },
    });
    expect(failures).toHaveLength(1);
    expect(await call('sessions_sweep', {}, broken)).toMatchObject({
      error: { code: 'store_unavailable', retryable: true, retry_after_ms: 2000 },
    });
    expect(failures).toHaveLength(1);
  });
});
