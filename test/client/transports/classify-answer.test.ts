import { describe, expect, test } from 'vitest';
import {
  foreignRefreshAnswer,
  grantAnswer,
  refreshAnswer,
  revocationAnswer,
  type ReadGrant,
} from '../../../src/client/transports/classify-answer.ts';
import type { Answer } from '../../../src/client/transports/exchange.ts';
import type { Grant, TokenAnswer } from '../../../src/client/core/transport.ts';

const now = Date.UTC(2026, 0, 1);
const grant = { sessionId: 'session_1' } as Grant;
const grantOf: ReadGrant = (json) => ((json as { ok?: boolean } | undefined)?.ok ? grant : null);
const ours = (given: Answer): TokenAnswer => refreshAnswer(given, grantOf, false);
const cookieMode = (given: Answer): TokenAnswer => refreshAnswer(given, grantOf, true);
const theirs = (given: Answer): TokenAnswer => foreignRefreshAnswer(given, grantOf);
const signIn = (given: Answer): TokenAnswer => grantAnswer('The sign-in', given, grantOf);

function answer(status: number, json?: unknown, headers: Record<string, string> = {}): Answer {
  return { status, json, type: json === undefined ? 'text/html' : 'application/json', headers: new Headers(headers) };
}

const told = (reason: string): unknown => ({
  error: 'invalid_grant',
  error_description: 'It is over.',
  code: 'session_ended',
  reason,
});

describe('a refresh at our own server', () => {
  test('is granted by a 200 that reads as a grant', () => {
    expect(ours(answer(200, { ok: true }))).toEqual({ kind: 'granted', grant });
  });

  test.each([
    'reuse_detected',
    'signed_out_elsewhere',
    'revoked',
    'revoked_all',
    'idle',
    'absolute_expired',
    'expired',
  ])('is over with the reason %s', (reason) => {
    expect(ours(answer(400, told(reason)))).toEqual({ kind: 'ended', reason, foreign: false });
  });

  test.each(['unknown', 'a_reason_of_next_year', 'signed_out', 'storage_missing'])(
    'is over as refresh_rejected when the reason is %s, which is not for a server to give',
    (reason) => {
      expect(ours(answer(400, told(reason)))).toEqual({ kind: 'ended', reason: 'refresh_rejected', foreign: false });
    },
  );

  test('is stale by a 409, and only cookie mode takes the generation over', () => {
    const stale = answer(409, { code: 'stale_generation', generation: 7 });
    expect(ours(stale)).toEqual({ kind: 'stale', generation: null });
    expect(cookieMode(stale)).toEqual({ kind: 'stale', generation: 7 });
    expect(cookieMode(answer(409, { code: 'stale_generation', generation: 0 }))).toEqual({
      kind: 'stale',
      generation: 0,
    });
    expect(cookieMode(answer(409, { code: 'stale_generation' }))).toEqual({ kind: 'stale', generation: null });
  });

  test.each([
    [400, { error: 'use_dpop_nonce' }],
    [400, { code: 'use_dpop_nonce' }],
    [401, { error: 'use_dpop_nonce', code: 'use_dpop_nonce' }],
  ])('asks for a nonce with %i %o', (status, json) => {
    const wants = answer(status, json, { 'DPoP-Nonce': 'n1' });
    for (const read of [ours, theirs, signIn]) expect(read(wants)).toEqual({ kind: 'use_nonce', nonce: 'n1' });
  });

  const html = undefined;
  test.each<[string, Answer, string]>([
    ['E2: 500', answer(500, html), 'server_error'],
    ['E2: 502 of a proxy', answer(502, html), 'server_error'],
    ['E2: 503', answer(503, { code: 'store_unavailable' }), 'store_unavailable'],
    ['E2, G6: 503 of a service worker', answer(503, html), 'server_error'],
    ['E2: 504', answer(504, html), 'server_error'],
    ['E2: 520 of a CDN', answer(520, html), 'server_error'],
    ['E2: 530 of a CDN', answer(530, html), 'server_error'],
    ['E3: 429', answer(429, html), 'rate_limited'],
    ['E4: 403 with a page', answer(403, html), 'unexpected_answer'],
    ['E4, E5: 200 with the page of a captive portal', answer(200, html), 'unexpected_answer'],
    ['E4: 302 that was not followed', answer(302, html), 'unexpected_answer'],
    ['E4: 407', answer(407, html), 'unexpected_answer'],
    ['E4: 511', answer(511, html), 'server_error'],
    ['E4: 200 with JSON of another shape', answer(200, { ok: false }), 'unexpected_answer'],
    ['E4: 200 with JSON that is no object', answer(200, [1]), 'unexpected_answer'],
    ['E4: 400 with a page', answer(400, html), 'unexpected_answer'],
    ['400 with JSON of a stranger', answer(400, { message: 'no' }), 'unexpected_answer'],
    ['invalid_grant with 401', answer(401, told('revoked')), 'unexpected_answer'],
    ['invalid_grant with 403', answer(403, told('revoked')), 'unexpected_answer'],
    ['invalid_grant with 500', answer(500, told('revoked')), 'server_error'],
    ['invalid_grant with 200', answer(200, told('revoked')), 'unexpected_answer'],
    ['invalid_grant without a reason', answer(400, { error: 'invalid_grant' }), 'unexpected_answer'],
    [
      'a reason without invalid_grant',
      answer(400, { error: 'invalid_request', reason: 'revoked' }),
      'unexpected_answer',
    ],
    [
      'a reason that is no text',
      answer(400, { error: 'invalid_grant', reason: { is: 'revoked' } }),
      'unexpected_answer',
    ],
    ['stale_generation with 400', answer(400, { code: 'stale_generation' }), 'unexpected_answer'],
    ['stale_generation with 502', answer(502, { code: 'stale_generation' }), 'server_error'],
    ['409 of a stranger', answer(409, { error: 'conflict' }), 'unexpected_answer'],
    ['use_dpop_nonce without the nonce', answer(400, { error: 'use_dpop_nonce' }), 'unexpected_answer'],
    ['a wrong proof', answer(400, { error: 'invalid_dpop_proof', code: 'invalid_dpop_proof' }), 'invalid_dpop_proof'],
    ['a code that is not for a token endpoint', answer(400, { code: 'identity_changed' }), 'unexpected_answer'],
  ])('goes on after %s', (_, given, code) => {
    const found = ours(given);
    expect(found).toMatchObject({ kind: 'failed', error: { name: 'SessionError', code, status: given.status } });
  });

  test('E3: says how long to wait', () => {
    const limited = (value: string): unknown =>
      ours(answer(429, undefined, { 'Retry-After': value, Date: new Date(now).toUTCString() }));
    expect(limited('30')).toMatchObject({ error: { code: 'rate_limited', retryAfterMs: 30_000, retryable: true } });
    expect(limited(new Date(now + 5000).toUTCString())).toMatchObject({ error: { retryAfterMs: 5000 } });
    expect(limited('86400')).toMatchObject({ error: { retryAfterMs: 300_000 } });
    expect(ours(answer(429))).toMatchObject({ error: { retryAfterMs: undefined } });
    expect(ours(answer(503, undefined, { 'Retry-After': '2' }))).toMatchObject({ error: { retryAfterMs: 2000 } });
  });

  test('M4: nothing of the body is in the error', () => {
    const canary = 'canary-e7c1';
    const given = answer(400, { error: canary, code: canary, reason: canary, detail: canary, access_token: canary });
    const found = ours(given);
    expect(
      JSON.stringify(found) + (found.kind === 'failed' ? found.error.message + found.error.stack : ''),
    ).not.toContain(canary);
  });
});

describe('a refresh at a token endpoint that is not ours', () => {
  test.each([400, 401, 403])('is over by a bare invalid_grant with status %i', (status) => {
    expect(theirs(answer(status, { error: 'invalid_grant' }))).toEqual({
      kind: 'ended',
      reason: 'refresh_rejected',
      foreign: true,
    });
  });

  test.each<[string, Answer]>([
    ['invalid_client', answer(400, { error: 'invalid_client' })],
    ['invalid_request', answer(400, { error: 'invalid_request' })],
    ['invalid_grant with 500', answer(500, { error: 'invalid_grant' })],
    ['a page', answer(403)],
    ['409, whatever it says', answer(409, { code: 'stale_generation' })],
  ])('goes on after %s', (_, given) => {
    expect(theirs(given)).toMatchObject({ kind: 'failed' });
  });
});

describe('a sign-in', () => {
  test('is granted by a 201', () => {
    expect(signIn(answer(201, { ok: true }))).toEqual({ kind: 'granted', grant });
  });

  test.each<[string, Answer, string]>([
    ['wrong credentials', answer(401, { code: 'invalid_credentials' }), 'invalid_credentials'],
    ['a 401 of a proxy', answer(401), 'unexpected_answer'],
    ['an origin that is not listed', answer(403, { code: 'not_allowed_origin' }), 'not_allowed_origin'],
    ['too many tries', answer(429, { code: 'rate_limited' }), 'rate_limited'],
    ['credentials that are too large', answer(413, { code: 'payload_too_large' }), 'payload_too_large'],
    ['an invalid_grant, which ends nothing here', answer(400, told('revoked')), 'unexpected_answer'],
  ])('fails after %s', (_, given, code) => {
    expect(signIn(given)).toMatchObject({ kind: 'failed', error: { code } });
  });

  test('tells what waiting can help with', () => {
    expect(signIn(answer(401, { code: 'invalid_credentials' }))).toMatchObject({ error: { retryable: false } });
    expect(signIn(answer(503))).toMatchObject({ error: { retryable: true } });
  });
});

test.each<[string, Answer, boolean]>([
  ['200 in JSON', answer(200, {}), true],
  ['200 without a body', { ...answer(200), type: '' }, true],
  ['200 with the page of a captive portal', answer(200), false],
  ['a 400 in JSON: it never was a token', answer(400, { error: 'invalid_request' }), true],
  ['a 400 with a page', answer(400), false],
  ['403', answer(403, {}), false],
  ['429', answer(429, {}), false],
  ['503', answer(503, {}), false],
])('a revocation answered by %s: done is %s', (_, given, done) => {
  expect(revocationAnswer(given)).toBe(done);
});
