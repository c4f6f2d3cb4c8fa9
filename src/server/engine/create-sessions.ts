import type { DeathReason, SessionRecord } from './record.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { encodeBase64url } from './base64url.ts';
import { createEventHub } from './event-hub.ts';
import { ended, invalidArgument, notFound, refused } from './failures.ts';
import { createIssue } from './issue.ts';
import { deathOf } from './life.ts';
import { checkLifetimes, createLifetimes, type SessionType } from './lifetimes.ts';
import { checkUserId, newSession } from './new-session.ts';
import type { Clock, Mac, Random } from './ports.ts';
import { createRefresh } from './refresh.ts';
import { createTokenMinter, type TokenClaim } from './refresh-token.ts';
import { createSessionData } from './session-data.ts';
import type { SessionEvent } from './session-event.ts';
import { isSessionId, makeSessionId, sidBytes, userTagOf } from './session-id.ts';
import { listSessions } from './session-list.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Store, StoreUser } from './store.ts';
import { liveViewOf, viewOf } from './view.ts';

/** What {@link createSessions} takes. The lifetimes are the defaults of every type. */
export interface SessionsOptions extends SessionType {
  store: Store;
  clock: Clock;
  random: Random;
  mac: Mac;
  /** Session types by name. A session of no type has the type `'default'`, which may be set here too. */
  types?: Readonly<Record<string, SessionType>>;
  /** Most bytes of JSON one session's data may have. Default 65 536. */
  dataLimitBytes?: number;
  /** Told when a listener fails. Default: nobody is; the failure is the listener's. */
  onError?: (error: unknown) => void;
}

/** Most events one call answers. */
const longestEvents = 1000;

/**
 * The session engine over a store.
 *
 * @throws SessionError `invalid_duration` for lifetimes that cannot be used.
 */
export function createSessions(options: SessionsOptions): Sessions {
  const { store, clock, random, mac, types = {}, dataLimitBytes = 65_536, onError = () => {} } = options;
  for (const type of [options, ...Object.values(types)]) checkLifetimes(type);
  const lifetimesOf = createLifetimes(options, types);
  const tokens = createTokenMinter(mac);
  const hub = createEventHub(onError);
  const issue = createIssue(tokens);

  async function userOf(userId: string): Promise<StoreUser> {
    checkUserId(userId);
    return { tag: encodeBase64url(await mac.userTag(userId)), userId };
  }

  function publish(logged: { event: SessionEvent | null }, userTag: string): void {
    if (logged.event !== null) hub.publish(logged.event, userTag);
  }

  async function read(
    id: string,
  ): Promise<{ record: SessionRecord; death: DeathReason | null; notBefore: number; now: number } | null> {
    if (!isSessionId(id)) return null;
    const { record, notBefore, now } = await store.read(id, clock.now());
    return record && { record, death: deathOf(record, notBefore, now), notBefore, now };
  }

  async function end(id: string, reason: 'signed_out_elsewhere' | 'revoked'): Promise<boolean> {
    if (!isSessionId(id)) return false;
    const step = await store.end(id, reason, clock.now());
    publish(step, userTagOf(id));
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
        {
          status: 400,
        },
      );
    return end(id, 'signed_out_elsewhere');
  }

  return {
    create: async (input) => {
      const { userId } = input;
      checkUserId(userId);
      const lifetimes = lifetimesOf(input);
      const tag = await mac.userTag(userId);
      const id = makeSessionId(tag, random.bytes(sidBytes));
      const now = clock.now();
      const session = newSession(input, { id, keyId: mac.currentKeyId, now, lifetimes, dataLimitBytes });
      const step = await store.create({ tag: encodeBase64url(tag), userId }, session, now);
      publish(step, userTagOf(id));
      return issue(step.answer, step.now);
    },
    get: async (id) => {
      const found = await read(id);
      return found === null || found.death !== null ? null : liveViewOf(found.record, found.now);
    },
    inspect: async (id) => {
      const found = await read(id);
      return found && viewOf(found.record, found.notBefore, found.now);
    },
    check: async (id, stamp) => {
      const found = await read(id);
      if (found === null) return { ok: false, why: 'ended', reason: isSessionId(id) ? 'expired' : 'unknown' };
      if (found.death !== null) return { ok: false, why: 'ended', reason: found.death };
      if (stamp <= found.notBefore) return { ok: false, why: 'claims_stale' };
      return { ok: true, session: liveViewOf(found.record, found.now) };
    },
    refresh: createRefresh({ store, clock, mac, random, tokens, hub, issue }),
    touch: async (id): Promise<Session> => {
      if (!isSessionId(id)) throw notFound();
      const step = await store.touch(id, clock.now());
      publish(step, userTagOf(id));
      if (step.answer.outcome === 'refused') throw refused(step.answer);
      return liveViewOf(step.answer.record, step.now);
    },
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
      if (!isSessionId(keepId) || userTagOf(keepId) !== user.tag) throw notFound();
      const answer = await store.keepOne(user, keepId, clock.now());
      if (answer === null) {
        const found = await read(keepId);
        throw found === null ? notFound() : ended(found.death ?? 'revoked');
      }
      publish(answer, user.tag);
      const { count, notBefore, kept, now } = answer;
      return { count, notBefore, kept: await issue(kept, now) };
    },
    list: async (userId, page = {}) => listSessions(store, await userOf(userId), page, clock.now()),
    data: createSessionData({
      store,
      now: () => clock.now(),
      limitBytes: dataLimitBytes,
      publish: (logged, id) => publish(logged, userTagOf(id)),
    }),
    subscribe: hub.subscribe,
    events: async ({ userId, after = 0, limit = 100 }) => {
      if (!Number.isSafeInteger(after) || !(limit >= 1))
        throw invalidArgument('`after` is the cursor of an event, and `limit` is at least 1.');
      return store.events(await userOf(userId), after, Math.min(Math.trunc(limit), longestEvents));
    },
    sweep: async () => {
      const { removed, events } = await store.sweep(clock.now());
      for (const event of events) hub.publish(event, event.sessionId === null ? '' : userTagOf(event.sessionId));
      return removed;
    },
    close: async () => store.close(),
  };
}
