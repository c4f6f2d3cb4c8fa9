import type { Sessions } from '../engine/sessions.ts';
import type { EndedMany, Observer } from './observer.ts';
import { sessionIdOf } from './token-session.ts';

/**
 * The same engine; observers are told of refreshes, of spent tokens and of sessions that are ended on purpose. `apiKey` names the key
 * of the back end that asks.
 */
export function observeSessions(sessions: Sessions, observers: readonly Observer[], apiKey?: string): Sessions {
  const many = (ended: EndedMany): void => {
    for (const observer of observers) observer.revokedMany(ended, apiKey);
  };
  const one = (wasLive: boolean): boolean => {
    if (wasLive) for (const observer of observers) observer.revoked();
    return wasLive;
  };
  return {
    ...sessions,
    refresh: async (request) => {
      const outcome = await sessions.refresh(request);
      for (const observer of observers) observer.refreshed(outcome);
      return outcome;
    },
    revoke: async (id, reason) => one(await sessions.revoke(id, reason)),
    revokeByToken: async (token, thumbprint) => one(await sessions.revokeByToken(token, thumbprint)),
    revokeAll: async (userId) => {
      const answer = await sessions.revokeAll(userId);
      many({ scope: 'all', userId, count: answer.count });
      return answer;
    },
    revokeOthers: async (userId, keepId) => {
      const answer = await sessions.revokeOthers(userId, keepId);
      many({ scope: 'others', userId, count: answer.count });
      return answer;
    },
    revokeEverybody: async () => {
      const answer = await sessions.revokeEverybody();
      many({ scope: 'everybody' });
      return answer;
    },
    revokeOfType: async (userId, type, options) => {
      const answer = await sessions.revokeOfType(userId, type, options);
      many({ scope: 'type', userId, count: answer.count });
      return answer;
    },
    remember: {
      ...sessions.remember,
      redeem: async (token, options) => {
        const stop = hearOfReuse(sessions, token, observers);
        return sessions.remember.redeem(token, options).finally(stop);
      },
    },
    types: {
      ...sessions.types,
      remove: async (tag, options) => {
        const wasThere = await sessions.types.remove(tag, options);
        if (wasThere && options?.force === true) many({ scope: 'type' });
        return wasThere;
      },
    },
  };
}

/** Only an event says that a remember token was used before; its answer is that of an unknown one. */
function hearOfReuse({ subscribe }: Sessions, token: string, observers: readonly Observer[]): () => void {
  const sessionId = sessionIdOf(token);
  if (sessionId === null) return () => undefined;
  return subscribe(
    ({ type }) => {
      if (type !== 'session.reuse_detected') return;
      for (const observer of observers) observer.refreshed({ outcome: 'ended', reason: 'reuse_detected', sessionId });
    },
    { sessionId },
  );
}
