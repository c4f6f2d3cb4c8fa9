import { SessionError } from '../../protocol/session-error.ts';
import type { Aliases } from './aliases.ts';
import { ended, invalidArgument, notFound } from './failures.ts';
import type { Issue } from './issue.ts';
import type { Clock } from './ports.ts';
import type { FoundSession } from './read-session.ts';
import type { TokenClaim, TokenMinter } from './refresh-token.ts';
import type { SessionEvent } from './session-event.ts';
import { userTagOf } from './session-id.ts';
import { listSessions } from './session-list.ts';
import type { Sessions } from './sessions.ts';
import type { Logged, Store, StoreUser } from './store.ts';

/** What {@link createEndSessions} works with. */
export interface EndSessionsPorts {
  store: Pick<Store, 'end' | 'raiseNotBefore' | 'raiseEverybody' | 'keepOne' | 'list' | 'sweep' | 'sweepUser'>;
  clock: Clock;
  tokens: TokenMinter;
  issue: Issue;
  userOf: (userId: string) => Promise<StoreUser>;
  aliases: Aliases;
  read: (id: string) => Promise<FoundSession | null>;
  publish: (logged: Logged, userTag: string) => void;
}

/** Everything that ends sessions, or clears away ended ones. */
export function createEndSessions(
  ports: EndSessionsPorts,
): Pick<
  Sessions,
  'revoke' | 'revokeByToken' | 'revokeAll' | 'revokeOthers' | 'revokeEverybody' | 'revokeOfType' | 'sweep' | 'sweepUser'
> {
  const { store, clock, tokens, issue, userOf, aliases, read, publish } = ports;
  const { resolve } = aliases;

  async function end(id: string, reason: 'signed_out_elsewhere' | 'revoked'): Promise<boolean> {
    if (reason !== 'revoked' && reason !== 'signed_out_elsewhere')
      throw invalidArgument("The reason is 'revoked' or 'signed_out_elsewhere'.");
    const own = await resolve(id);
    if (own === null) return false;
    const step = await store.end(own, reason, clock.now());
    publish(step, userTagOf(own));
    return step.answer.outcome === 'done';
  }

  /** RFC 9449 section 5: a bound refresh token is worth nothing without its key, also for a sign-out. */
  async function endByRefreshToken({ sessionId: id }: TokenClaim, keyThumbprint: string | null): Promise<boolean> {
    const found = await read(id);
    if (found === null || found.death !== null) return false;
    if (found.record.keyThumbprint !== null && found.record.keyThumbprint !== keyThumbprint)
      throw new SessionError(
        'invalid_dpop_proof',
        'The refresh token is bound to a key; prove that key, or use the revocation token.',
        { status: 400 },
      );
    return end(id, 'signed_out_elsewhere');
  }

  function publishAll(events: readonly SessionEvent[]): void {
    for (const event of events) publish({ event }, event.sessionId === null ? '' : userTagOf(event.sessionId));
  }

  return {
    revoke: end,
    revokeByToken: async (token, keyThumbprint) => {
      const revocation = await tokens.read(token, 'revoke');
      if (revocation !== null) return end(revocation.sessionId, 'signed_out_elsewhere');
      const refresh = await tokens.read(token, 'refresh');
      return refresh !== null && endByRefreshToken(refresh, keyThumbprint);
    },
    revokeAll: async (userId) => {
      const user = await userOf(userId);
      const answer = await store.raiseNotBefore(user, clock.now());
      publish(answer, user.tag);
      return { count: answer.count, notBefore: answer.notBefore };
    },
    revokeOthers: async (userId, keepId) => {
      const user = await userOf(userId);
      const own = await resolve(keepId);
      if (own === null || userTagOf(own) !== user.tag) throw notFound();
      const answer = await store.keepOne(user, own, clock.now());
      if (answer === null) {
        const found = await read(own);
        throw found === null ? notFound() : ended(found.death ?? 'revoked');
      }
      publish(answer, user.tag);
      const { count, notBefore, kept, now } = answer;
      return { count, notBefore, kept: await issue(kept, now) };
    },
    revokeEverybody: async () => {
      const answer = await store.raiseEverybody(clock.now());
      publish(answer, '');
      return { notBefore: answer.notBefore };
    },
    revokeOfType: async (userId, type, { except } = {}) => {
      const user = await userOf(userId);
      const kept = except === undefined ? null : await resolve(except);
      let count = 0;
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await listSessions(store, user, { type, limit: 200, ...(cursor ? { cursor } : {}) }, clock.now());
        for (const { id } of page.sessions) if (id !== kept && (await end(id, 'revoked'))) count++;
        ({ cursor } = page);
      }
      return { count };
    },
    sweep: async () => {
      const { removed, events } = await store.sweep(clock.now());
      publishAll(events);
      await aliases.sweep();
      return removed;
    },
    sweepUser: async (userId) => {
      const { removed, events } = await store.sweepUser(await userOf(userId), clock.now());
      publishAll(events);
      return removed;
    },
  };
}
