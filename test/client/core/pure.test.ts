import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/client/core/backoff.ts';
import { changeBetween } from '../../../src/client/core/change.ts';
import { idleState } from '../../../src/client/core/idle-rules.ts';
import { isVaultRecord, type EndedRecord, type LiveRecord } from '../../../src/client/core/record.ts';
import type { SessionState } from '../../../src/client/core/session-state.ts';
import { nextRecord, noteAttempt, replacePair, signInOver, succeed } from '../../../src/client/core/successor.ts';
import { entomb } from '../../../src/client/core/tombstone.ts';
import { knownLifeMs } from '../../../src/client/core/token-life.ts';
import { tokenTimes } from '../../../src/client/core/token-times.ts';
import { sameJson, transition } from '../../../src/client/core/transition.ts';
import { emptyContents, type VaultContents } from '../../../src/client/core/vault.ts';

const live: LiveRecord = {
  version: 1,
  kind: 'live',
  sessionId: 's1',
  generation: 4,
  user: { id: 'ada' },
  session: { id: 's1', type: 'default', createdAt: 0, absoluteEndsAt: null, idleTimeoutMs: null, remembered: false },
  accessToken: 'a4',
  tokenType: 'Bearer',
  refreshToken: 'r4',
  revocationToken: 'v1',
  issuedAt: 1_000_000,
  expiresAt: 1_300_000,
  offsetMs: 0,
  key: null,
  pending: null,
  attempts: [],
};
const ended: EndedRecord = {
  version: 1,
  kind: 'ended',
  sessionId: 's1',
  generation: 4,
  userId: 'ada',
  reason: 'idle',
  at: 5,
};
const holding = (record: VaultContents['record']): VaultContents => ({ ...emptyContents, record });

describe('when a token is due', () => {
  it('is the lead before its end, less the jitter (S110)', () => {
    expect(tokenTimes(live, 0, 75_000, 0)).toMatchObject({
      issuedAt: 1_000_000,
      expiresAt: 1_300_000,
      refreshAt: 1_225_000,
      goodUntil: 1_295_000,
    });
    expect(tokenTimes(live, 0, 75_000, 0.5).refreshAt).toBe(1_210_000);
  });

  it('is told by this machine’s clock', () => {
    expect(tokenTimes(live, 3_600_000, 75_000, 0).expiresAt).toBe(1_300_000 - 3_600_000);
  });

  it('is never before the token is 40 % used, whatever the lead', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4e11 }),
        fc.integer({ min: 1, max: 4e11 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (life, lead, fraction) => {
          const { refreshAt, issuedAt, expiresAt } = tokenTimes(
            { ...live, expiresAt: live.issuedAt + life },
            0,
            lead,
            fraction,
          );
          return refreshAt >= issuedAt + 0.4 * life - 1e-6 && refreshAt <= expiresAt;
        },
      ),
    );
  });

  it.each([[null], [Number.NaN], [0], [-5], [Number.POSITIVE_INFINITY]])(
    'F4: a life of %s counts as a long one',
    (life) => {
      expect(knownLifeMs(life)).toBe(10 * 31_536_000_000);
    },
  );
});

describe('backoff', () => {
  it('doubles to a minute, half of it random', () => {
    expect([1, 2, 3, 7, 50].map((failures) => backoffMs(failures, 1))).toEqual([1000, 2000, 4000, 60_000, 60_000]);
    expect(backoffMs(1, 0)).toBe(500);
  });

  it('E3: waits at least as long as the server asks, up to five minutes', () => {
    expect(backoffMs(1, 0, 30_000)).toBe(30_000);
    expect(backoffMs(1, 0, 86_400_000)).toBe(300_000);
  });
});

describe('what changed', () => {
  const other = { ...live, sessionId: 's2', generation: 0 };
  it.each([
    ['nothing known, nothing found', null, null, 'nothing'],
    ['first sight of a session', null, live, 'signed_in'],
    ['the same pair', live, live, 'nothing'],
    ['the same pair with a new access token', live, { ...live, accessToken: 'a4 again' }, 'rotated'],
    ['a newer generation', live, { ...live, generation: 5 }, 'rotated'],
    ['an older generation', live, { ...live, generation: 3 }, 'rolled_back'],
    ['another session of the same person', live, other, 'signed_in'],
    ['a session of another person', live, { ...other, user: { id: 'bob' } }, 'identity_changed'],
    ['a tombstone', live, ended, 'ended'],
    ['the same tombstone', ended, ended, 'nothing'],
    ['a tombstone of another session', ended, { ...ended, sessionId: 's2' }, 'ended'],
    ['nothing any more', live, null, 'missing'],
    ['a tombstone gone', ended, null, 'nothing'],
    ['the session that ended here, alive again: a lost write', ended, live, 'nothing'],
    ['a new sign-in after an end', ended, other, 'signed_in'],
  ] as const)('%s', (_, known, found, change) => {
    expect(changeBetween(known, found)).toBe(change);
  });
});

describe('the state apps see', () => {
  const loading: SessionState = { status: 'loading', hint: null, connection: 'online', persistence: 'persistent' };
  const signedIn = transition(loading, { type: 'known', record: live });

  it('is the very same object when nothing an app can see changes', () => {
    expect(
      transition(signedIn, {
        type: 'known',
        record: { ...live, generation: 5, accessToken: 'a5', user: { id: 'ada' } },
      }),
    ).toBe(signedIn);
    expect(transition(signedIn, { type: 'connection', connection: 'online' })).toBe(signedIn);
  });

  it('keeps the user object when only the connection changes', () => {
    const offline = transition(signedIn, { type: 'connection', connection: 'offline' });
    expect(offline).toMatchObject({ status: 'authenticated', connection: 'offline' });
    expect(
      offline.status === 'authenticated' && signedIn.status === 'authenticated' && offline.user === signedIn.user,
    ).toBe(true);
  });

  it('is frozen', () => {
    expect(Object.isFrozen(signedIn)).toBe(true);
  });

  it('shows why a session ended', () => {
    expect(transition(signedIn, { type: 'known', record: ended })).toMatchObject({
      status: 'unauthenticated',
      endReason: 'idle',
    });
    expect(transition(loading, { type: 'known', record: null })).toMatchObject({
      status: 'unauthenticated',
      endReason: null,
    });
  });

  it('compares as JSON does', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => sameJson(value, structuredClone(value))));
    expect(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
    expect(sameJson({ a: 1 }, { a: 1, b: undefined })).toBe(false);
    expect(sameJson([], {})).toBe(false);
  });
});

describe('idle phases', () => {
  const limits = { timeoutMs: 600_000, warningMs: 120_000 };
  it.each([
    [0, 'active'],
    [479_999, 'active'],
    [480_000, 'warning'],
    [599_999, 'warning'],
    [600_000, 'idle'],
    [9e9, 'idle'],
  ] as const)('%d ms after the last activity: %s', (elapsed, phase) => {
    expect(idleState(1000 + elapsed, 1000, limits).phase).toBe(phase);
  });

  it('warn for half the limit at most', () => {
    expect(idleState(0, 0, { timeoutMs: 60_000, warningMs: 120_000 }).warnsAt).toBe(30_000);
  });
});

describe('what is written', () => {
  it('an attempt is noted once per generation: whoever comes later takes the key that is there', () => {
    const noted = noteAttempt(holding(live), live, 'k1', 7);
    expect(noted.record).toMatchObject({ pending: { key: 'k1', at: 7 } });
    expect(noteAttempt(noted, live, 'k2', 8)).toBe(noted);
  });

  it('an attempt is noted only on the pair it is meant for', () => {
    for (const record of [null, ended, { ...live, generation: 5 }, { ...live, sessionId: 's2' }]) {
      const contents = holding(record);
      expect(noteAttempt(contents, live, 'k', 1)).toBe(contents);
    }
  });

  it('cookie mode remembers the last five keys with their generations', () => {
    let record: LiveRecord = { ...live, refreshToken: null, generation: 0 };
    for (let generation = 0; generation < 7; generation++) {
      record = { ...record, generation, pending: null };
      record = noteAttempt(holding(record), record, `k${generation}`, 1).record as LiveRecord;
    }
    expect(record.attempts.map(({ key }) => key)).toEqual(['k6', 'k5', 'k4', 'k3', 'k2']);
  });

  it('a replay of the same generation (cookie mode) keeps the note of the attempt', () => {
    const noted: LiveRecord = { ...live, refreshToken: null, pending: { key: 'k4', at: 1 } };
    const exchange = { sentAt: 0, receivedAt: 0, tookMs: 0 };
    const grant = { ...noted, lifeMs: 300_000, serverTime: null };
    expect(nextRecord(noted, grant, exchange).pending).toEqual({ key: 'k4', at: 1 });
    expect(nextRecord(noted, { ...grant, generation: 5 }, exchange).pending).toBeNull();
  });

  it('a successor replaces exactly the pair it was made from', () => {
    const next = { ...live, generation: 5, accessToken: 'a5' };
    expect(replacePair(holding(live), live, next).record).toBe(next);
    for (const record of [null, ended, { ...live, generation: 5 }, { ...live, sessionId: 's2' }]) {
      const contents = holding(record);
      expect(replacePair(contents, live, next)).toBe(contents);
      expect(succeed(contents, live, next)).toBe(contents);
    }
  });

  it('a successor that came after the end is revoked when what was revoked does not cover it', () => {
    const next = { ...live, generation: 5, revocationToken: 'v2' };
    expect(succeed(holding(ended), live, next).outbox).toMatchObject([{ revocationToken: 'v2' }]);
    expect(succeed(holding(ended), live, { ...next, revocationToken: 'v1' }).outbox).toEqual([]);
  });

  it('a tombstone and its revocation are one step, and the first tombstone wins', () => {
    const after = entomb(holding(live), () => true, 'signed_out', 9, true);
    expect(after).toMatchObject({
      record: { kind: 'ended', reason: 'signed_out', userId: 'ada' },
      outbox: [{ sessionId: 's1', revocationToken: 'v1', at: 9 }],
    });
    expect(entomb(after, () => true, 'idle', 10, true)).toBe(after);
  });

  it('a sign-in over a live session queues that session’s revocation in the same step', () => {
    const next = { ...live, sessionId: 's2', generation: 0, revocationToken: 'v2' };
    expect(signInOver(holding(live), next, 3)).toMatchObject({
      record: { sessionId: 's2' },
      outbox: [{ revocationToken: 'v1' }],
      activityAt: 3,
    });
    expect(signInOver(holding(ended), next, 3).outbox).toEqual([]);
  });
});

describe('a record from storage', () => {
  it('reads what was written', () => {
    expect(isVaultRecord(live)).toBe(true);
    expect(isVaultRecord(ended)).toBe(true);
  });

  it.each([
    ['a string', 'record'],
    ['null', null],
    ['a prototype key for a kind', JSON.parse('{"kind":"__proto__"}')],
    ['members that are only inherited', Object.create(live)],
    ['truncated', { kind: 'live', sessionId: 's' }],
    ['a wrong type', { ...live, generation: '4' }],
    ['an unknown end', { ...ended, reason: 'why' }],
    ['bound tokens without their key', { ...live, tokenType: 'DPoP' }],
    ['a huge token', { ...live, accessToken: 'x'.repeat(20_000) }],
  ])('H6: does not read %s', (_, value) => {
    expect(isVaultRecord(value)).toBe(false);
  });
});
