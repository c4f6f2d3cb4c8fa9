import { expect, test } from 'vitest';
import type { Evidence } from './evidence.ts';
import { act, call, calmTab, exchange, goodEvidence, shows } from './planted-evidence.ts';
import { judge } from './verdict.ts';

/** The promises that are broken by what `spoil` does to a good run. */
function broken(spoil: (evidence: Evidence) => void): string[] {
  const evidence = goodEvidence();
  spoil(evidence);
  return judge(evidence).flatMap(({ promise, violations }) => (violations.length > 0 ? [promise] : []));
}

function calmTabs(evidence: Evidence): Evidence['calms'][number]['tabs'] {
  return evidence.calms[0]?.tabs ?? [];
}

test('a good run breaks nothing, and everything was looked at', () => {
  expect(broken(() => {})).toEqual([]);
  expect(judge(goodEvidence()).filter(({ checked }) => checked === 0)).toEqual([]);
});

test.each<[promise: string, what: string, spoil: (evidence: Evidence) => void]>([
  [
    'nobody is signed out without a cause',
    'a tab loses its session',
    ({ states }) => states.push(shows('1', 10_000, null, 'reuse_detected'), shows('1', 11_000, 's1')),
  ],
  [
    'nobody is signed out without a cause',
    'the reason is not that of what happened',
    ({ states, acts }) => {
      acts.push(act({ kind: 'storage_cleared', at: 9000 }));
      states.push(shows('1', 10_000, null, 'revoked_all'), shows('1', 11_000, 's1'));
    },
  ],
  [
    'nobody is signed out without a cause',
    'the cause came before the session',
    ({ states, acts }) => {
      acts.push(act({ kind: 'storage_cleared', at: 22_000 }));
      states.push(shows('1', 40_000, null, 'storage_missing'), shows('1', 41_000, 's2'));
    },
  ],
  [
    'nobody is signed out without a cause',
    'somebody else was signed out everywhere',
    ({ states, acts }) => {
      acts.push(act({ kind: 'sign_out_everywhere', at: 39_000, user: 'user_grace' }));
      states.push(shows('1', 40_000, null, 'revoked_all'), shows('1', 41_000, 's2'));
    },
  ],
  [
    'one successor for every refresh token',
    'a retry gets another token',
    ({ exchanges }) => exchanges.push(exchange({ forwardedAt: 8000, session: 's1', spent: 'b', successor: 'd' })),
  ],
  [
    'one successor for every refresh token',
    'a generation is made twice',
    ({ events }) =>
      events.push({
        type: 'session.refreshed',
        userId: 'user_ada',
        sessionId: 's1',
        at: 7500,
        detail: { generation: 2 },
      }),
  ],
  [
    'no reuse is seen',
    'the server sees a thief',
    ({ events }) =>
      events.push({ type: 'session.reuse_detected', userId: 'user_ada', sessionId: 's1', at: 8000, detail: {} }),
  ],
  [
    'nothing is accepted after an acknowledged end',
    'a request is accepted after the revocation was answered',
    ({ exchanges }) =>
      exchanges.push(exchange({ path: '/session', method: 'GET', forwardedAt: 20_300, session: 's1' })),
  ],
  [
    'nothing is accepted after an acknowledged end',
    'a refresh works after signing out everywhere',
    ({ exchanges, acts }) => {
      acts.push(act({ kind: 'sign_out_everywhere', at: 39_000, user: 'user_ada' }));
      exchanges.push(exchange({ forwardedAt: 39_200, session: 's2', spent: 'x', successor: 'y' }));
    },
  ],
  [
    'a sign-out shows in every tab',
    'a tab learns of it late',
    ({ states }) =>
      states.splice(
        states.findIndex(({ tab, at }) => tab === '2' && at === 20_050),
        1,
      ),
  ],
  [
    'a sign-out shows in every tab',
    'the session comes back',
    ({ states }) => states.push(shows('1', 40_000, 's1'), shows('1', 45_000, 's2')),
  ],
  ['no token leaves a tab after a sign-out', 'one does', ({ api }) => api.push(call({ at: 24_000, session: 's1' }))],
  [
    "no request carries another person's token",
    'one does',
    ({ api }) => api.push(call({ at: 31_000, holder: 'user_grace' })),
  ],
  [
    'tabs agree',
    'a tab is behind',
    (evidence) =>
      calmTabs(evidence).splice(1, 1, calmTab({ tab: '2', status: 'unauthenticated', user: null, session: null })),
  ],
  [
    'tabs agree',
    'tabs give different reasons',
    (evidence) => {
      const nobody = { status: 'unauthenticated', user: null, session: null, call: null };
      const tabs = [calmTab({ ...nobody, endReason: 'signed_out' }), calmTab({ ...nobody, endReason: 'idle' })];
      evidence.calms = [{ at: 24_000, tabs, hanging: [] }];
    },
  ],
  [
    'every tab has a good token or an end',
    'a token is not renewed',
    (evidence) => calmTabs(evidence).splice(1, 1, calmTab({ tab: '2', freshness: 'expired', call: 'network_error' })),
  ],
  [
    'every tab has a good token or an end',
    'a tab never gets ready',
    (evidence) =>
      calmTabs(evidence).splice(0, 2, calmTab({ status: 'loading', user: null, session: null, call: null })),
  ],
  [
    'what tabs show is true at the server',
    'all show a session that is over',
    ({ events }) =>
      events.push({ type: 'user.sessions_revoked', userId: 'user_ada', sessionId: null, at: 50_000, detail: {} }),
  ],
  [
    'every revocation reaches the server',
    'one does not',
    ({ events }) =>
      events.splice(
        events.findIndex(({ type }) => type === 'session.revoked'),
        1,
      ),
  ],
  [
    'refreshes are few',
    'a tab refreshes all the time',
    ({ events }) => {
      for (let n = 0; n < 30; n++)
        events.push({
          ...{ type: 'session.refreshed', userId: 'user_ada', sessionId: 's2' },
          ...{ at: 26_000 + n * 100, detail: { generation: n + 1 } },
        });
    },
  ],
  [
    'refreshes are few',
    'the tabs storm the server',
    ({ exchanges }) => {
      for (let n = 0; n < 81; n++) exchanges.push(exchange({ forwardedAt: 40_000 + n, status: 503 }));
    },
  ],
  ['nothing hangs', 'a request does', ({ calms }) => calms[0]?.hanging.push('a request of tab 1')],
  ['no error goes uncaught', 'one does', ({ complaints }) => complaints.push('uncaught: TypeError')],
])('refuses a run in which "%s" is broken: %s', (promise, _what, spoil) => {
  expect(broken(spoil)).toContain(promise);
});

test.each<[what: string, spoil: (evidence: Evidence) => void]>([
  [
    'a frozen tab shows a session until it thaws',
    ({ states, gaps }) => {
      gaps.push({ tab: '2', from: 19_000, until: 24_000 });
      const state = states.find(({ tab, at }) => tab === '2' && at === 20_050);
      Object.assign(state ?? {}, { at: 24_050 });
    },
  ],
  [
    'a frozen tab misses that somebody else signs in, and is told of their end',
    ({ acts, states }) => {
      acts.push(act({ kind: 'sign_in', at: 30_000, user: 'user_grace', session: 's3' }));
      acts.push(act({ kind: 'sign_out_everywhere', at: 32_000, user: 'user_grace' }));
      states.push(shows('2', 40_000, null, 'revoked_all'), shows('2', 41_000, 's2'));
    },
  ],
  [
    'storage is cleared, and the server never hears of the session again',
    ({ acts, events, states }) => {
      acts.splice(1, 1, act({ kind: 'storage_cleared', at: 20_000 }));
      events.splice(
        events.findIndex(({ type }) => type === 'session.revoked'),
        1,
      );
      for (const state of states) if (state.endReason !== null) state.endReason = 'storage_missing';
    },
  ],
  [
    'pages that were loaded after storage was cleared know of nothing',
    (evidence) => {
      const nobody = { status: 'unauthenticated', user: null, session: null, call: null };
      const tabs = [calmTab({ ...nobody, endReason: null }), calmTab({ ...nobody, endReason: 'storage_missing' })];
      evidence.acts.push(act({ kind: 'storage_cleared', at: 26_000 }));
      evidence.calms = [{ at: 30_000, tabs, hanging: [] }];
    },
  ],
  [
    'a request is on its way when the session ends',
    ({ exchanges }) =>
      exchanges.push(exchange({ path: '/session', forwardedAt: 20_205, answeredAt: 20_400, session: 's1' })),
  ],
  [
    'somebody is refused after the end',
    ({ exchanges }) => exchanges.push(exchange({ forwardedAt: 21_000, session: 's1', status: 400 })),
  ],
])('allows that %s', (_what, spoil) => {
  expect(broken(spoil)).toEqual([]);
});
