import type { SessionError } from '../../../src/protocol/session-error.ts';
import type { Authorization, Authorizer } from '../../../src/client/core/authorizer.ts';
import type { SigningKey } from '../../../src/client/core/ports.ts';

/** An authorizer whose tokens are `token-1`, `token-2`, ...: each refresh gives the next one. */
export interface FakeAuthorizer extends Authorizer {
  refreshes: number;
  rejected: string[];
  /** Ends the session of everybody who was authorized until now. */
  leave(reason: unknown): void;
  /** What the next refreshes reject with; null lets them pass. */
  failing: SessionError | null;
  /** A refresh waits for this. */
  gate: Promise<void> | null;
}

export function fakeAuthorizer({ key = null }: { key?: SigningKey | null } = {}): FakeAuthorizer {
  let scope = new AbortController();
  let flight: Promise<void> | null = null;
  const current = (): Authorization => ({
    accessToken: `token-${fake.refreshes + 1}`,
    tokenType: key ? 'DPoP' : 'Bearer',
    key,
    userId: 'ada',
    signal: scope.signal,
    offsetMs: 0,
  });
  const refresh = async (): Promise<void> => {
    await fake.gate;
    if (fake.failing) throw fake.failing;
    fake.refreshes += 1;
  };
  const fake: FakeAuthorizer = {
    refreshes: 0,
    rejected: [],
    failing: null,
    gate: null,
    authorize: async () => current(),
    async reauthorize(rejected) {
      if (rejected.accessToken === current().accessToken) {
        flight ??= refresh().finally(() => (flight = null));
        await flight;
      }
      return current();
    },
    isCurrent: ({ signal }) => signal === scope.signal,
    reportRejected: (url) => void fake.rejected.push(url),
    leave(reason) {
      const old = scope;
      scope = new AbortController();
      old.abort(reason);
    },
  };
  return fake;
}
