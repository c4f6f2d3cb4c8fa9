import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideTouch } from '../../../src/server/engine/decide-change.ts';
import { decideRotation } from '../../../src/server/engine/decide-rotation.ts';
import { deathOf, endOf, isRenewalDue } from '../../../src/server/engine/life.ts';
import { slideWindow } from '../../../src/server/engine/renewal.ts';
import type { SessionRecord } from '../../../src/server/engine/record.ts';
import { viewOf } from '../../../src/server/engine/view.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createSessions } from '../../../src/server/engine/create-sessions.ts';
import { liveRecord } from './live-record.ts';
import { createWorld, day, hour, mac, minute } from './world.ts';

const span = fc.integer({ min: 1, max: 5000 });
const optional = fc.option(span, { nil: null });
const records = fc
  .record({
    windowMs: optional,
    absoluteEndsAt: optional,
    idleTimeoutMs: optional,
    lastActivityAt: fc.integer({ min: 0, max: 2000 }),
    renewal: fc.constantFrom('none' as const, 'manual' as const, 'access' as const, 'half-life' as const),
  })
  .map((parts) =>
    liveRecord({
      ...parts,
      windowEndsAt: parts.windowMs === null ? null : Math.min(parts.windowMs, parts.absoluteEndsAt ?? Infinity),
    }),
  );
const times = fc.integer({ min: 0, max: 8000 });
type Use = 'touch' | 'refresh';

function use(record: SessionRecord, now: number, how: Use): SessionRecord {
  const request = {
    generation: record.generation,
    attempt: `${now}`.padEnd(10, '_'),
    otherAttempts: [],
    keyThumbprint: null,
  };
  const { write } = how === 'touch' ? decideTouch(record, 0, null, now) : decideRotation(record, 0, request, now);
  return write ?? record;
}

describe('time', () => {
  test('END is the earliest of what is set, and a session lives exactly before it', () => {
    fc.assert(
      fc.property(records, times, (record, now) => {
        const ends = [record.windowEndsAt, record.absoluteEndsAt];
        if (record.idleTimeoutMs !== null) ends.push(record.lastActivityAt + record.idleTimeoutMs);
        const end = Math.min(...ends.map((at) => at ?? Infinity));
        expect(endOf(record)).toBe(end);
        expect(deathOf(record, 0, now) === null).toBe(now < end);
        fc.pre(end !== Infinity);
        expect(deathOf(record, 0, end - 1)).toBeNull();
        expect(deathOf(record, 0, end)).not.toBeNull();
      }),
    );
  });

  test('the reason is its mark, or all signed out before its end, or the first of absolute, idle and window to pass', () => {
    const all = liveRecord({ absoluteEndsAt: 10, idleTimeoutMs: 10, windowMs: 10, windowEndsAt: 10, stamp: 5 });
    expect(deathOf({ ...all, endedAt: 1, endReason: 'revoked' }, 9, 20)).toBe('revoked');
    expect(deathOf(all, 9, 20)).toBe('revoked_all');
    expect(deathOf(all, 10, 20)).toBe('absolute_expired');
    expect(deathOf({ ...all, absoluteEndsAt: 11 }, 10, 20)).toBe('idle');
    expect(deathOf({ ...all, absoluteEndsAt: 11, idleTimeoutMs: 12 }, 10, 20)).toBe('expired');
    expect(deathOf({ ...all, absoluteEndsAt: null, idleTimeoutMs: null }, 4, 10)).toBe('expired');
    expect(deathOf(all, 5, 9)).toBe('revoked_all');
    expect(deathOf(all, 4, 9)).toBeNull();
    // A stamp that is ahead of the clock.
    expect(deathOf(all, 30, 9)).toBe('revoked_all');
  });

  test('the reason is the same at every later time', () => {
    const stamps = fc.integer({ min: 0, max: 8000 });
    fc.assert(
      fc.property(records, stamps, stamps, times, fc.nat(8000), (made, stamp, notBefore, at, later) => {
        const record = { ...made, stamp };
        const reason = deathOf(record, notBefore, at);
        expect(reason === null).toBe(at < endOf(record) && stamp > notBefore);
        fc.pre(reason !== null && notBefore <= at);
        expect(deathOf(record, notBefore, at + later)).toBe(reason);
      }),
    );
  });

  test('no history of touches and refreshes moves the end past the absolute end, or the window back', () => {
    fc.assert(
      fc.property(
        records,
        fc.array(fc.tuple(span, fc.constantFrom<Use>('touch', 'refresh')), { maxLength: 30 }),
        (made, history) => {
          let record = made;
          let now = 0;
          for (const [wait, how] of history) {
            now += wait;
            const after = use(record, now, how);
            expect(after.absoluteEndsAt).toBe(made.absoluteEndsAt);
            expect(endOf(after)).toBeLessThanOrEqual(made.absoluteEndsAt ?? Infinity);
            expect(after.windowEndsAt ?? 0).toBeGreaterThanOrEqual(record.windowEndsAt ?? 0);
            const active = how === 'touch' && deathOf(record, 0, now) === null;
            expect(after.lastActivityAt).toBe(active ? Math.max(record.lastActivityAt, now) : record.lastActivityAt);
            record = after;
          }
        },
      ),
    );
  });

  test('once dead, always dead: no touch and no refresh revives', () => {
    fc.assert(
      fc.property(
        records,
        times,
        fc.array(fc.tuple(fc.nat(500), fc.constantFrom<Use>('touch', 'refresh')), { maxLength: 10 }),
        (made, at, history) => {
          fc.pre(deathOf(made, 0, at) !== null);
          let record = made;
          let now = at;
          for (const [wait, how] of history) {
            now += wait;
            record = use(record, now, how);
            expect(deathOf(record, 0, now)).not.toBeNull();
            // Nor does a clock that goes back, once the death was seen.
            expect(deathOf(record, 0, 0)).not.toBeNull();
          }
        },
      ),
    );
  });

  test('the window slides by its policy: never; at refreshes; at both; at both in its second half', () => {
    const window = { windowMs: 100, windowEndsAt: 100 };
    const slid = (renewal: SessionRecord['renewal'], now: number, how: Use): number | null =>
      slideWindow(liveRecord({ ...window, renewal }), now, how);
    expect([slid('none', 60, 'touch'), slid('none', 60, 'refresh')]).toEqual([100, 100]);
    expect([slid('manual', 60, 'touch'), slid('manual', 60, 'refresh')]).toEqual([100, 160]);
    expect([slid('access', 10, 'touch'), slid('access', 10, 'refresh')]).toEqual([110, 110]);
    expect([slid('half-life', 49, 'touch'), slid('half-life', 50, 'touch'), slid('half-life', 50, 'refresh')]).toEqual([
      100, 150, 150,
    ]);
    expect(slideWindow(liveRecord({ ...window, renewal: 'access', absoluteEndsAt: 120 }), 60, 'touch')).toBe(120);
    expect(slideWindow(liveRecord({ renewal: 'access' }), 60, 'touch')).toBeNull();
  });

  test('renewal is due from the middle of the window, an odd one rounded down', () => {
    const odd = liveRecord({ windowMs: 3, windowEndsAt: 10 });
    expect([isRenewalDue(odd, 7), isRenewalDue(odd, 8)]).toEqual([false, true]);
    expect(viewOf(odd, 0, 8).state).toBe('renewal_due');
    expect(viewOf(odd, 0, 7).state).toBe('active');
    expect(viewOf(odd, 0, 10).state).toBe('expired');
    expect(viewOf(odd, 1, 8)).toMatchObject({ state: 'revoked', endReason: 'revoked_all' });
  });

  test('a touch never moves the last activity back when the clock does', () => {
    const { write } = decideTouch(liveRecord({ lastActivityAt: 50, idleTimeoutMs: 100 }), 0, null, 40);
    expect(write?.lastActivityAt).toBe(50);
  });
});

describe('lifetimes', () => {
  test('default to idle 30 minutes and absolute 12 hours; remembered to 14 and 30 days', async () => {
    const { sessions, clock } = createWorld(createMemoryStore());
    const { session } = await sessions.create({ userId: 'ada' });
    expect(session).toMatchObject({
      idleTimeoutMs: 30 * minute,
      absoluteEndsAt: clock.at + 12 * hour,
      windowEndsAt: null,
    });
    const remembered = await sessions.create({ userId: 'ada', remember: true });
    expect(remembered.session).toMatchObject({
      remembered: true,
      idleTimeoutMs: 14 * day,
      absoluteEndsAt: clock.at + 30 * day,
    });
  });

  test('come from the session, then its type, then the engine; null switches off', async () => {
    const { sessions, clock } = createWorld(createMemoryStore(), {
      idleTimeout: '1h',
      types: {
        kiosk: { idleTimeout: '2m', absoluteTimeout: null, remember: { idleTimeout: '3m' } },
        default: { absoluteTimeout: '3h' },
      },
    });
    const made = async (input: object): Promise<unknown> =>
      (await sessions.create({ userId: 'ada', ...input })).session;
    for (const plain of [{}, { type: 'default' }])
      expect(await made(plain)).toMatchObject({ idleTimeoutMs: hour, absoluteEndsAt: clock.at + 3 * hour });
    expect(await made({ type: 'kiosk' })).toMatchObject({ idleTimeoutMs: 2 * minute, absoluteEndsAt: null });
    expect(await made({ type: 'kiosk', idleTimeout: 5 })).toMatchObject({ idleTimeoutMs: 5000 });
    expect(await made({ type: 'kiosk', remember: true })).toMatchObject({
      idleTimeoutMs: 3 * minute,
      absoluteEndsAt: clock.at + 30 * day,
    });
    expect(await made({ idleTimeout: null, absoluteTimeout: null })).toMatchObject({ endsAt: null });
    for (const type of ['none such', 'toString', '__proto__'])
      await expect(made({ type })).rejects.toMatchObject({ code: 'session_type_not_found' });
  });

  test('a window longer than our default limit is meant; one longer than a chosen limit is cut', async () => {
    const { sessions, clock } = createWorld(createMemoryStore());
    const asked = await sessions.create({ userId: 'ada', window: '7 months', idleTimeout: null });
    expect(asked.session.endsAt).toBe(clock.at + 210 * day);
    const cut = await sessions.create({ userId: 'ada', window: '2h', absoluteTimeout: '1h' });
    expect(cut.session.windowEndsAt).toBe(clock.at + hour);
  });

  test('that cannot be used are refused when the engine is made, and per session', async () => {
    const options = {
      store: createMemoryStore(),
      clock: { now: () => 0 },
      random: { bytes: (n: number) => new Uint8Array(n) },
      mac,
    };
    expect(() => createSessions({ ...options, idleTimeout: '30' })).toThrow(
      expect.objectContaining({ code: 'invalid_duration' }),
    );
    expect(() => createSessions({ ...options, types: { a: { remember: { absoluteTimeout: -1 } } } })).toThrow(
      /duration/,
    );
    await expect(createSessions(options).create({ userId: 'ada', window: 0 })).rejects.toMatchObject({
      code: 'invalid_duration',
    });
    for (const input of [
      { userId: '' },
      { userId: 'x'.repeat(257) },
      { userId: 7 as unknown as string },
      { userId: 'ada', keyThumbprint: '' },
    ])
      await expect(createSessions(options).create(input)).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
