// Generated sessions, times and deeds, in which all that the rules tell apart comes up often.
import fc from 'fast-check';
import type { Reschedule } from '../../../../src/server/engine/decide-reschedule.ts';
import type { RotationRequest } from '../../../../src/server/engine/decide-rotation.ts';
import { endOf } from '../../../../src/server/engine/life.ts';
import type { SessionRecord } from '../../../../src/server/engine/record.ts';
import { day, hour } from '../../engine/world.ts';
import { liveRecord } from '../../engine/live-record.ts';

/** What somebody does to a session. */
export type Deed =
  | { kind: 'rotate'; request: RotationRequest }
  | { kind: 'touch'; action: string | null }
  | { kind: 'reauthenticate'; acr: string | null }
  | { kind: 'outdate' }
  | { kind: 'putData'; change: { data: string | null; ifVersion: number } }
  | { kind: 'reschedule'; change: Reschedule }
  | { kind: 'end'; reason: 'revoked' | 'signed_out_elsewhere' };

const start = 1_700_000_000_000;
const span = fc.integer({ min: 1, max: 3 * day });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null, freq: 2 });
/** Texts of all kinds, with what looks like a number or like JSON; some too long for a small hash. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }),
  fc.constantFrom('12345678901234567890', 'null', 'true', '{"a": 1}', '0', '=', '"x"', 'ä\u{1F642}/"\\'),
  fc.string({ minLength: 65, maxLength: 200 }),
);
const tags = fc.constantFrom('aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc', '1234567890');
const blank = '----------';

/** Sessions, live and dead, made within three days of {@link start}. */
export const records: fc.Arbitrary<SessionRecord> = fc
  .record({
    userId: text,
    type: fc.constantFrom('default', 'default', 'remember', 'a type'),
    createdAt: fc.integer({ min: start, max: start + day }),
    active: span,
    refreshed: maybe(span),
    window: maybe(fc.tuple(span, span)),
    absolute: maybe(span),
    idleTimeoutMs: maybe(fc.integer({ min: hour, max: 2 * day })),
    renewal: fc.constantFrom('none', 'manual', 'access', 'half-life'),
    remembered: fc.boolean(),
    generation: fc.integer({ min: 0, max: 7 }),
    ring: fc.array(fc.oneof({ weight: 4, arbitrary: tags }, fc.constant(blank)), { minLength: 5, maxLength: 5 }),
    stampedAfter: fc.integer({ min: 0, max: 1000 }),
    keyId: fc.integer({ min: 1, max: 3 }),
    texts: fc.tuple(maybe(text), maybe(text), maybe(text), maybe(text), maybe(text), maybe(text)),
    authenticated: maybe(fc.integer({ min: -day, max: day })),
    thumbprint: maybe(fc.constantFrom('mine', 'm'.repeat(43), 'm'.repeat(128))),
    lastActionAt: maybe(fc.integer({ min: start, max: start + day })),
    data: maybe(fc.json()),
    version: fc.integer({ min: 0, max: 3 }),
    tokenGeneration: fc.integer({ min: 0, max: 3 }),
    ended: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.constantFrom('revoked', 'reuse_detected', 'idle')),
  })
  .map((from) => {
    const { createdAt, window, absolute, ended, generation } = from;
    const [label, agent, alias, trust, action, acr] = from.texts;
    const isLive = ended === null;
    return liveRecord({
      ...{
        userId: from.userId,
        type: from.type,
        createdAt,
        updatedAt: createdAt + from.active,
        data: isLive ? from.data : null,
      },
      lastActivityAt: createdAt + (from.active % hour),
      authenticatedAt: createdAt + (from.authenticated ?? 0),
      acr,
      lastRefreshedAt: from.refreshed && createdAt + from.refreshed,
      windowMs: window && window[0],
      windowEndsAt: window && createdAt + window[1],
      absoluteEndsAt: absolute && createdAt + absolute,
      idleTimeoutMs: from.idleTimeoutMs,
      renewal: from.renewal,
      remembered: from.remembered,
      generation,
      attempts: isLive ? from.ring.slice(0, generation).join('') : '',
      stamp: createdAt + from.stampedAfter,
      keyId: from.keyId,
      keyThumbprint: from.thumbprint,
      deviceLabel: label,
      userAgent: agent,
      alias,
      trustContext: trust,
      lastAction: action,
      lastActionAt: from.lastActionAt,
      version: from.version,
      tokenGeneration: from.tokenGeneration,
      endedAt: isLive ? null : createdAt + day,
      endReason: ended,
    });
  });

/** Times at which something about a record changes, and those right before and after; and any others. */
export function times(record: SessionRecord): fc.Arbitrary<number> {
  const { windowEndsAt, windowMs, absoluteEndsAt, idleTimeoutMs, lastActivityAt, stamp } = record;
  const end = endOf(record);
  const turns = [
    windowEndsAt,
    windowEndsAt === null || windowMs === null ? null : Math.trunc(windowEndsAt - windowMs / 2),
    absoluteEndsAt,
    idleTimeoutMs && lastActivityAt + idleTimeoutMs,
    stamp,
    // Not right before: what has a millisecond left in Redis has left when it is read.
    end === Infinity ? null : end + 7 * day + 1,
    end === Infinity ? null : end + 7 * day - hour,
  ].filter((time) => time !== null);
  return fc.oneof(
    fc.tuple(fc.constantFrom(...turns), fc.integer({ min: -1, max: 1 })).map(([time, by]) => time + by),
    { weight: 3, arbitrary: fc.integer({ min: record.createdAt, max: record.createdAt + 2 * hour }) },
    fc.integer({ min: start, max: start + 4 * day }),
    fc.integer({ min: start, max: start + 20 * day }),
  );
}

/** Not-before stamps: mostly none. */
export function stamps(record: SessionRecord): fc.Arbitrary<number> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, times(record));
}

/** What may be done to a record. */
export function deeds(kind: Deed['kind'], record: SessionRecord): fc.Arbitrary<Deed> {
  const { generation, keyThumbprint, version, attempts } = record;
  /** The key that was used for a generation, where the ring has one. */
  const used = (of: number): fc.Arbitrary<string> => {
    const tag = attempts.slice((generation - 1 - of) * 10, (generation - of) * 10);
    return of < generation && tag !== '' ? fc.constant(tag) : tags;
  };
  const near = fc.integer({ min: Math.max(0, generation - 7), max: generation + 6 });
  const around = fc.oneof(fc.constant(generation), fc.constant(Math.max(0, generation - 1)), near);
  switch (kind) {
    case 'rotate':
      return fc.record({
        kind: fc.constant('rotate'),
        request: around.chain((of) =>
          fc.record({
            generation: fc.constant(of),
            attempt: maybe(fc.oneof(used(of), tags)),
            otherAttempts: fc.array(
              around.chain((made) => fc.record({ generation: fc.constant(made), tag: fc.oneof(used(made), tags) })),
              { maxLength: 5 },
            ),
            keyThumbprint: fc.oneof(
              { weight: 5, arbitrary: fc.constant(keyThumbprint) },
              fc.constantFrom('theirs', null),
            ),
          }),
        ),
      });
    case 'touch':
      return fc.record({ kind: fc.constant('touch'), action: maybe(fc.oneof(text, fc.constant(''))) });
    case 'reauthenticate':
      return fc.record({ kind: fc.constant('reauthenticate'), acr: maybe(text) });
    case 'outdate':
      return fc.constant({ kind: 'outdate' } as const);
    case 'putData':
      return fc.record({
        kind: fc.constant('putData'),
        change: fc.record({
          data: maybe(fc.json()),
          ifVersion: fc.oneof(fc.constant(version), fc.constant(version + 1)),
        }),
      });
    case 'reschedule':
      return fc.record({
        kind: fc.constant('reschedule'),
        change: fc.oneof(
          fc.record({ kind: fc.constant('extend' as const), byMs: span }),
          fc.constant({ kind: 'restart' as const }),
          fc.record({ kind: fc.constant('set' as const), at: times(record) }),
          fc.constant({ kind: 'renew' as const }),
        ),
      });
    case 'end':
      return fc.record({ kind: fc.constant('end'), reason: fc.constantFrom('revoked', 'signed_out_elsewhere') });
  }
}
