import type { Act, ApiCall, CalmTab, Evidence, Exchange, TabState } from './evidence.ts';

/** A minute in which two tabs signed in, refreshed twice, signed out and in again, and all was well. */
export function goodEvidence(): Evidence {
  return {
    startedAt: 0,
    endedAt: 60_000,
    acts: [
      act({ kind: 'sign_in', at: 900, until: 1100, session: 's1', user: 'user_ada' }),
      act({ kind: 'sign_out', at: 20_000, until: 20_100, session: 's1' }),
      act({ kind: 'sign_in', at: 24_900, until: 25_100, session: 's2', user: 'user_ada' }),
    ],
    states: ['1', '2'].flatMap((tab) => [
      shows(tab, 1100, 's1'),
      shows(tab, 20_050, null, 'signed_out'),
      shows(tab, 25_100, 's2'),
    ]),
    gaps: [],
    exchanges: [
      exchange({ path: '/token', forwardedAt: 4000, session: 's1', spent: 'a', successor: 'b' }),
      exchange({ path: '/token', forwardedAt: 4100, session: 's1', spent: 'a', successor: 'b' }),
      exchange({ path: '/token', forwardedAt: 7000, session: 's1', spent: 'b', successor: 'c' }),
      exchange({ path: '/revoke', forwardedAt: 20_200, session: 's1' }),
      exchange({ path: '/session', method: 'GET', forwardedAt: 30_000, session: 's2' }),
    ],
    api: [call({ at: 5000, session: 's1' }), call({ at: 30_000, session: 's2' })],
    calms: [{ at: 55_000, tabs: [calmTab({ tab: '1' }), calmTab({ tab: '2' })], hanging: [] }],
    events: [
      { type: 'session.created', userId: 'user_ada', sessionId: 's1', at: 1000, detail: {} },
      { type: 'session.refreshed', userId: 'user_ada', sessionId: 's1', at: 4000, detail: { generation: 1 } },
      { type: 'session.refreshed', userId: 'user_ada', sessionId: 's1', at: 7000, detail: { generation: 2 } },
      { type: 'session.revoked', userId: 'user_ada', sessionId: 's1', at: 20_200, detail: {} },
      { type: 'session.created', userId: 'user_ada', sessionId: 's2', at: 25_000, detail: {} },
    ],
    askedRefreshes: 0,
    complaints: [],
  };
}

export function act(given: Partial<Act> & Pick<Act, 'kind' | 'at'>): Act {
  return { until: given.at + 100, acknowledged: true, user: null, session: null, ...given };
}

export function shows(tab: string, at: number, session: string | null, endReason: string | null = null): TabState {
  if (session === null) return { at, tab, status: 'unauthenticated', user: null, session, endReason };
  return { at, tab, status: 'authenticated', user: 'user_ada', session, endReason: null };
}

export function exchange(given: Partial<Exchange> & { forwardedAt: number }): Exchange {
  return {
    at: given.forwardedAt,
    answeredAt: given.forwardedAt + 10,
    method: 'POST',
    path: '/token',
    status: 200,
    session: null,
    spent: null,
    successor: null,
    ...given,
  };
}

export function call(given: Partial<ApiCall> & { at: number }): ApiCall {
  return { tab: '1', as: 'user_ada', holder: 'user_ada', session: 's2', ...given };
}

export function calmTab(given: Partial<CalmTab>): CalmTab {
  return {
    tab: '1',
    status: 'authenticated',
    user: 'user_ada',
    session: 's2',
    endReason: null,
    freshness: 'fresh',
    call: 200,
    ...given,
  };
}
