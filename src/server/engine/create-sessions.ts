import { createAliases } from './aliases.ts';
import { encodeBase64url } from './base64url.ts';
import { createBeginSession } from './begin-session.ts';
import { createClaimsChanged } from './claims-changed.ts';
import { createRememberTokens } from './create-remember-tokens.ts';
import { createScopedData } from './create-scoped-data.ts';
import { createSessionTypes } from './create-session-types.ts';
import { createSessionUsers } from './create-session-users.ts';
import { createEndSessions } from './end-sessions.ts';
import { createEventHub } from './event-hub.ts';
import { ended, invalidArgument, notFound } from './failures.ts';
import { createIssue } from './issue.ts';
import { endOf } from './life.ts';
import { checkLifetimes, type SessionType } from './lifetimes.ts';
import { createMoveEnds } from './move-ends.ts';
import { checkUserId } from './new-session.ts';
import type { Clock, Mac, Random } from './ports.ts';
import { createReadSession } from './read-session.ts';
import { createRefresh } from './refresh.ts';
import { createTokenMinter } from './refresh-token.ts';
import { createSessionData } from './session-data.ts';
import { createSecretCheck } from './same-secret.ts';
import { isSessionId, userTagOf } from './session-id.ts';
import { listSessions } from './session-list.ts';
import type { Sessions } from './sessions.ts';
import type { Logged, Store, StoreUser } from './store.ts';
import { liveViewOf, viewOf } from './view.ts';

/** What {@link createSessions} takes. The lifetimes are the defaults of every type. */
export interface SessionsOptions extends SessionType {
  /** `createMemoryStore()`, `createSqliteStore(...)` or `createRedisStore(...)`. */
  store: Store;
  /** `{ now: () => Date.now() }`. Tests step it. */
  clock: Clock;
  /** `createRandom()`. */
  random: Random;
  /** `createMac(...)`. Its secrets must outlive the process as the store does, or everybody has to sign in again. */
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
 * The session engine over a store. It has no timers: call `sweep` now and then.
 *
 * @throws SessionError `invalid_duration` for lifetimes, `data_invalid` and `invalid_selector` for types that cannot be used.
 * @example
 * ```ts
 * const random = createRandom();
 * const mac = createMac({ secrets: { 1: secret }, current: 1, userTagSecret });
 * const sessions = createSessions({ store: createMemoryStore(), clock: { now: () => Date.now() }, random, mac });
 * const { session, refreshToken } = await sessions.create({ userId: 'user_1' });
 * ```
 */
export function createSessions(options: SessionsOptions): Sessions {
  const { store, clock, random, mac, types: named = {}, dataLimitBytes = 65_536, onError = () => {} } = options;
  for (const type of [options, ...Object.values(named)]) checkLifetimes(type);
  const now = (): number => clock.now();
  const tokens = createTokenMinter(mac);
  const hub = createEventHub(onError, (listener) => store.follow(listener));
  const issue = createIssue(tokens);
  const aliases = createAliases(store, now);
  const { resolve } = aliases;
  const demandSameSecret = createSecretCheck(store, mac, now);
  const publishOf = (logged: Logged, id: string): void => publish(logged, userTagOf(id));
  const read = createReadSession({ store, resolve, now, publish: publishOf, onError });
  const types = createSessionTypes({ store, now, named, publish: publishOf });
  const { checkData } = types;

  async function userOf(userId: string): Promise<StoreUser> {
    checkUserId(userId);
    await demandSameSecret();
    return { tag: encodeBase64url(await mac.userTag(userId)), userId };
  }

  function publish({ event }: Logged, userTag: string): void {
    if (event !== null) hub.publish(event, userTag);
  }

  async function demandLive(id: string): Promise<void> {
    const found = await read(id);
    if (found === null) throw notFound();
    if (found.death !== null) throw ended(found.death);
  }

  const prepare = createBeginSession({
    store,
    clock,
    random,
    mac,
    defaults: options,
    types,
    aliases,
    userOf,
    issue,
    dataLimitBytes,
    publish: hub.publish,
  });

  return {
    create: async (input) => (await prepare(input))(),
    get: async (id) => {
      const found = await read(id);
      return found === null || found.death !== null ? null : liveViewOf(found.record, found.now);
    },
    inspect: async (id) => {
      const found = await read(id);
      return found && viewOf(found.record, found.notBefore, found.now);
    },
    getByToken: async (refreshToken) => {
      const claim = await tokens.read(refreshToken, 'refresh');
      const found = claim && (await read(claim.sessionId));
      if (!claim || !found || found.death !== null) return null;
      // The answer of the last refresh may have been lost, so the token before it is in honest hands, too.
      return claim.generation + 1 < found.record.generation ? null : liveViewOf(found.record, found.now);
    },
    isValid: async (id) => {
      const found = await read(id);
      return found !== null && found.death === null;
    },
    timeRemaining: async (id) => {
      const found = await read(id);
      if (found === null) throw notFound();
      if (found.death !== null) return 0;
      const end = endOf(found.record);
      return end === Infinity ? null : end - found.now;
    },
    check: async (id, stamp) => {
      if (!Number.isFinite(stamp)) throw invalidArgument('The stamp is the `session_stamp` of an access token.');
      const found = await read(id);
      if (found === null) return { ok: false, why: 'ended', reason: isSessionId(id) ? 'expired' : 'unknown' };
      if (found.death !== null) return { ok: false, why: 'ended', reason: found.death };
      if (stamp < found.record.stamp) return { ok: false, why: 'claims_stale' };
      return { ok: true, session: liveViewOf(found.record, found.now) };
    },
    reissue: async (id) => {
      const found = await read(id);
      if (found === null) throw notFound();
      if (found.death !== null) throw ended(found.death);
      return issue(found.record, found.now);
    },
    refresh: createRefresh({ store, clock, mac, random, tokens, hub, issue }),
    ...createMoveEnds({ store, now, resolve, publish }),
    claimsChanged: createClaimsChanged({ store, now, userOf, publish }),
    ...createEndSessions({ store, clock, tokens, issue, userOf, aliases, read, publish }),
    list: async (userId, page = {}) => listSessions(store, await userOf(userId), page, clock.now()),
    data: createSessionData({
      store,
      now,
      limitBytes: dataLimitBytes,
      publish: publishOf,
      resolve,
      checkData,
    }),
    scoped: createScopedData({ store, now, limitBytes: dataLimitBytes, resolve, demandLive }),
    types,
    users: createSessionUsers({ store, now }),
    remember: createRememberTokens({
      store,
      clock,
      mac,
      random,
      tokens,
      prepareSession: prepare,
      userOf,
      publish: publishOf,
    }),
    subscribe: hub.subscribe,
    events: async ({ userId, after = 0, limit = 100 }) => {
      if (!Number.isSafeInteger(after) || !(limit >= 1))
        throw invalidArgument('`after` is the cursor of an event, and `limit` is at least 1.');
      return store.events(await userOf(userId), after, Math.min(Math.trunc(limit), longestEvents));
    },
    close: async () => store.close(),
  };
}
