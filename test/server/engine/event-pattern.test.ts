import { expect, test } from 'vitest';
import { createEventMatcher, eventNames, type EventPattern } from '../../../src/server/engine/event-pattern.ts';
import type { SessionEvent } from '../../../src/server/engine/session-event.ts';

const types = [
  'session.created',
  'session.updated',
  'session.touched',
  'session.extended',
  'session.refreshed',
  'session.expired',
  'session.revoked',
  'session.reuse_detected',
  'session.proof_refused',
  'user.sessions_revoked',
] as const;

function event(type: SessionEvent['type'], detail: SessionEvent['detail'] = {}): SessionEvent {
  return { cursor: 1, type, userId: 'ada', sessionId: null, at: 0, detail };
}

/** The types that a pattern means. */
function meant(pattern: EventPattern<SessionEvent>): string[] {
  const matches = createEventMatcher(pattern, eventNames);
  return types.filter((type) => matches(event(type)));
}

const ofSessions = types.slice(0, -1);
const revoked = ['session.revoked', 'session.reuse_detected'];

test.each<[EventPattern<SessionEvent>, readonly string[]]>([
  ['session.created', ['session.created']],
  ['$.Session.created', ['session.created']],
  ['Session.started', ['session.created']],
  ['SESSION_CREATED', ['session.created']],
  ['SESSION_REFRESHED', ['session.refreshed']],
  ['SESSION_REVOKED', revoked],
  ['$.Session.deleted', revoked],
  ['session.revoked', revoked],
  ['session.reuse_detected', ['session.reuse_detected']],
  ['session.dataChanged', ['session.updated']],
  ['Session.*', ofSessions],
  ['session.*', ofSessions],
  ['$.Session.*', ofSessions],
  ['*.expired', ['session.expired']],
  ['*', types],
  ['$.*', types],
  ['User.*', ['user.sessions_revoked']],
  ['Order.*', []],
  ['session', []],
  ['session.*.*', []],
  ['', []],
  [
    ['session.touched', /extended$/],
    ['session.touched', 'session.extended'],
  ],
  [[], []],
  [/^SESSION_/, ['session.created', 'session.refreshed', ...revoked]],
  [({ type }) => type.startsWith('user.'), ['user.sessions_revoked']],
])('S98: the pattern %s means %j', (pattern, expected) => {
  expect(meant(pattern)).toEqual(expected);
});

test('S98: an expression with memory is asked anew for every event', () => {
  const matches = createEventMatcher(/session/gy, eventNames);
  expect([1, 2, 3].map(() => matches(event('session.created')))).toEqual([true, true, true]);
});

test('S98: only a session that expired unused was idle', () => {
  const idled = createEventMatcher<SessionEvent>(['$.Session.idled', 'session.idle'], eventNames);
  expect(idled(event('session.expired', { reason: 'idle' }))).toBe(true);
  expect(idled(event('session.expired', { reason: 'expired' }))).toBe(false);
  expect(idled(event('session.touched', { reason: 'idle' }))).toBe(false);
});

test('S98: names of events that somebody else made are matched in the same way', () => {
  const matches = createEventMatcher<{ name: string }>('$.Order.item.*', ({ name }) => [name]);
  expect(matches({ name: 'Order.item.added' })).toBe(true);
  expect(matches({ name: '$.Order.item.added.twice' })).toBe(true);
  expect(matches({ name: 'Order.item' })).toBe(false);
});
