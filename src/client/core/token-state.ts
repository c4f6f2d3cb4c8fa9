import type { LiveRecord } from './record.ts';
import type { Renewal } from './renewal.ts';
import type { TokenState } from './session-state.ts';
import type { TokenTimes } from './token-times.ts';
import { sameJson } from './transition.ts';

/** Nobody is signed in. */
export const noToken: TokenState = /* @__PURE__ */ Object.freeze({
  freshness: 'none',
  issuedAt: null,
  expiresAt: null,
  refreshAt: null,
  generation: null,
  refreshing: false,
});

/** What there is to show of the access token. The very same object when nothing changed. */
export function tokenState(
  before: TokenState,
  record: LiveRecord | null,
  times: TokenTimes | null,
  now: number,
  renewal: Pick<Renewal, 'busy' | 'retryAt'>,
): TokenState {
  if (!record || !times) return noToken;
  const { issuedAt, expiresAt, refreshAt } = times;
  const next: TokenState = {
    freshness: now >= expiresAt ? 'expired' : now >= refreshAt ? 'stale' : 'fresh',
    issuedAt,
    expiresAt,
    refreshAt: Math.max(refreshAt, renewal.retryAt() ?? 0),
    generation: record.generation,
    refreshing: renewal.busy.getState(),
  };
  return sameJson(next, before) ? before : Object.freeze(next);
}
