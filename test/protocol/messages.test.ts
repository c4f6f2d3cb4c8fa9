import { describe, expect, it } from 'vitest';
import {
  isTabMessage,
  isSessionError,
  problemSchema,
  SessionError,
  tokenResponseSchema,
} from '../../src/protocol/index.ts';

const ended = { v: 1, type: 'ended', sessionId: 's', generation: 3, reason: 'signed_out', at: 1 };

describe('tab messages', () => {
  it('reads its own version', () => {
    expect(isTabMessage(ended)).toBe(true);
  });

  it.each([
    ['another version', { ...ended, v: 2 }],
    ['an unknown type', { ...ended, type: 'tokens' }],
    ['an unknown reason', { ...ended, reason: 'because' }],
    ['a missing session', { ...ended, sessionId: undefined }],
    ['no object', 'ended'],
    ['null', null],
  ])('does not read %s', (_, message) => {
    expect(isTabMessage(message)).toBe(false);
  });
});

describe('token responses', () => {
  const response = {
    access_token: 'a',
    token_type: 'DPoP',
    expires_in: 300,
    refresh_token: 'r',
    generation: 0,
    session_id: 'session_1',
    session_expires_at: '2026-01-01T12:00:00.000Z',
    idle_expires_at: null,
    idle_timeout: null,
    server_time: '2026-01-01T00:00:00.000Z',
    revocation_token: 'v',
  };

  it('reads what the server sends', () => {
    expect(tokenResponseSchema.safeParse({ ...response, more: 1 }).data).toEqual(response);
  });

  it.each([
    ['access_token', ''],
    ['access_token', undefined],
    ['token_type', 'mac'],
    ['expires_in', -1],
    ['expires_in', '300'],
    ['generation', 1.5],
    ['generation', -1],
    ['server_time', 'yesterday'],
    ['refresh_token', 'x'.repeat(20_000)],
  ])('refuses %s = %j', (member, value) => {
    expect(tokenResponseSchema.safeParse({ ...response, [member]: value }).success).toBe(false);
  });
});

describe('problems', () => {
  it('reads both shapes', () => {
    expect(problemSchema.safeParse({ error: 'invalid_grant', reason: 'idle' }).success).toBe(true);
    expect(
      problemSchema.safeParse({ type: 'about:blank', title: 'Gone', status: 410, code: 'session_ended' }).success,
    ).toBe(true);
    expect(problemSchema.safeParse('<html>').success).toBe(false);
  });
});

describe('SessionError', () => {
  it('knows by its code whether waiting can help', () => {
    expect(new SessionError('offline', 'x').retryable).toBe(true);
    expect(new SessionError('invalid_token', 'x').retryable).toBe(false);
    expect(new SessionError('invalid_token', 'x', { retryable: true }).retryable).toBe(true);
  });

  it('keeps its cause and is told apart from other errors, across copies of the package', () => {
    const cause = new Error('below');
    expect(new SessionError('timeout', 'x', { cause }).cause).toBe(cause);
    expect(isSessionError(Object.assign(new Error('x'), { name: 'SessionError', code: 'timeout' }))).toBe(true);
    expect(isSessionError(new Error('x'))).toBe(false);
    expect(isSessionError({ code: 'timeout' })).toBe(false);
  });
});
