import { describe, expect, test } from 'vitest';
import { emptyContents } from '../../../src/client/core/vault.ts';
import { merge } from '../../../src/client/vaults/merge.ts';
import { endedRecord, liveRecord } from './records.ts';

const later = { ...liveRecord().session, createdAt: 9000 };
const entry = (sessionId: string) => ({ sessionId, revocationToken: `r-${sessionId}`, at: 1 });

describe('merge', () => {
  test('nothing new in memory changes nothing', () => {
    const stored = { ...emptyContents, record: liveRecord(), outbox: [entry('x')], activityAt: 5 };
    expect(merge(stored, emptyContents)).toBe(stored);
    expect(merge(stored, { ...emptyContents, activityAt: 4, outbox: [entry('x')] })).toBe(stored);
  });

  test.each([
    ['of one session the end wins', liveRecord(), endedRecord(), endedRecord()],
    ['the first end wins', endedRecord({ reason: 'idle' }), endedRecord({ at: 2000 }), endedRecord({ reason: 'idle' })],
    [
      'the newer rotation wins',
      liveRecord({ generation: 4 }),
      liveRecord({ generation: 5 }),
      liveRecord({ generation: 5 }),
    ],
    [
      'an old rotation loses',
      liveRecord({ generation: 5 }),
      liveRecord({ generation: 4 }),
      liveRecord({ generation: 5 }),
    ],
    [
      'a sign-in takes the place of another session that ended',
      endedRecord({ sessionId: 'a' }),
      liveRecord(),
      liveRecord(),
    ],
    ['the end of another session ends nothing', liveRecord(), endedRecord({ sessionId: 'b' }), liveRecord()],
    ['what only memory has stays', null, liveRecord(), liveRecord()],
  ])('%s', (_, stored, mine, result) => {
    expect(merge({ ...emptyContents, record: stored }, { ...emptyContents, record: mine }).record).toEqual(result);
  });

  test('of two sessions the later sign-in wins, and the other one is revoked', () => {
    const mine = liveRecord({ sessionId: 'mine', revocationToken: 'r-mine', session: later });
    const stored = liveRecord({ sessionId: 'stored', revocationToken: 'r-stored' });
    expect(merge({ ...emptyContents, record: stored }, { ...emptyContents, record: mine })).toMatchObject({
      record: mine,
      outbox: [{ sessionId: 'stored', revocationToken: 'r-stored' }],
    });
    expect(merge({ ...emptyContents, record: mine }, { ...emptyContents, record: stored })).toMatchObject({
      record: mine,
      outbox: [{ sessionId: 'stored' }],
    });
  });

  test('outboxes are joined and the later activity counts', () => {
    const joined = merge(
      { ...emptyContents, outbox: [entry('a')], activityAt: 1 },
      { ...emptyContents, outbox: [entry('a'), entry('b')], activityAt: 2 },
    );
    expect(joined).toMatchObject({ outbox: [entry('a'), entry('b')], activityAt: 2 });
  });
});
