import type { Session, Sessions } from '../../server/engine/sessions.ts';
import { createTools } from '../../server/operations/tools.ts';
import { invalidArgument, SessionError, translated, translating } from './errors.ts';
import type { SdkEngine } from './engine.ts';
import { livesOf } from './lifetimes.ts';
import type { SessionApi, SessionHandle } from './session-api.ts';
import { instantOf, recordOf, type SessionWithToken } from './session-record.ts';
import { createScopedValue, createValuesApi } from './session-values.ts';
import { toStoredData } from './stored-json.ts';

const longestPage = 200;

/** The sessions of an engine, as this facade gives them. The engine is asked for at each call, not before. */
export function createSessionApi(engine: () => SdkEngine): SessionApi {
  const sessions = (): Sessions => engine().sessions;
  const values = createValuesApi(sessions);

  async function withToken<Data>(session: Session): Promise<SessionWithToken<Data>> {
    return { ...recordOf<Data>(session), token: await engine().tokens.issue(session) };
  }

  async function liveOf(userId: string): Promise<Session[]> {
    const found: Session[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await sessions().list(userId, { limit: longestPage, ...(cursor ? { cursor } : {}) });
      found.push(...page.sessions);
      ({ cursor } = page);
    }
    return found;
  }

  async function allOf(userId: string): Promise<Session[]> {
    const { type } = engine();
    if (type === null)
      throw new SessionError('NOT_SUPPORTED', 'Ended sessions are found only in sessions of a named type.', {
        hint: 'Name the type of the sessions with `createSdk({ sessions, type })`.',
      });
    return (await sessions().users.get(type, userId))?.sessions ?? [];
  }

  const api: SessionApi = {
    ...values,
    create: translating(async (input) => {
      const { own, clock, type, lifetimes } = engine();
      if (typeof input !== 'object' || input === null)
        throw invalidArgument("Pass whose session it is: `create({ userId: 'user_123' })`.");
      const { userId, id, data, trustContext } = input;
      if (typeof userId !== 'string' || userId === '') throw invalidArgument('`userId` is a string that is not empty.');
      const issued = await sessions().create({
        userId,
        ...livesOf(input, lifetimes, own, clock.now()),
        ...(type !== null && { type }),
        ...(id !== undefined && { id }),
        ...(data !== undefined && { data: toStoredData(data) }),
        ...(trustContext !== undefined && { trustContext: toStoredData(trustContext) }),
      });
      return withToken(issued.session);
    }) as SessionApi['create'],
    verify: translating(async (token: string) =>
      recordOf((await engine().tokens.verify(token, sessions())).session),
    ) as SessionApi['verify'],
    tryVerify: async (token) => {
      try {
        return { valid: true, session: await api.verify(token) };
      } catch (error) {
        // A token that could not be looked up is neither good nor bad.
        if (error instanceof SessionError && error.status < 500) return { valid: false, error };
        throw error;
      }
    },
    list: translating(async (userId: string, options?: { includeInactive?: boolean }) =>
      (await (options?.includeInactive ? allOf(userId) : liveOf(userId))).map((session) => recordOf(session)),
    ) as SessionApi['list'],
    isValid: translating(async (id) => sessions().isValid(id)),
    status: translating(async (id) => {
      const session = await sessions().inspect(id);
      if (session === null) return { state: 'unknown', isActive: false, timeRemaining: 0, reason: null, stale: false };
      const { state, isActive } = recordOf(session);
      const timeRemaining = (await sessions().timeRemaining(id)) ?? Infinity;
      return { state, isActive, timeRemaining, reason: session.endReason, stale: false };
    }),
    touch: translating(async (id, action) => recordOf(await sessions().touch(id, action))),
    track: translating(async (id, action) => {
      try {
        await sessions().touch(id, action);
        return true;
      } catch (error) {
        const { code } = translated(error) as { code?: string };
        if (code === 'SESSION_NOT_FOUND' || code === 'SESSION_EXPIRED' || code === 'SESSION_REVOKED') return false;
        throw error;
      }
    }),
    extend: translating(async (id, by) => {
      const { session, clamped } = await sessions().extend(id, by);
      return { ...recordOf(session), clamped };
    }),
    refresh: translating(async (id: string) => withToken(await sessions().renew(id))) as SessionApi['refresh'],
    setExpiration: translating(async (id, at) => {
      const { session, clamped } = await sessions().setEnd(id, instantOf(at));
      return { ...recordOf(session), clamped };
    }),
    timeRemaining: translating(async (id) => (await sessions().timeRemaining(id)) ?? Infinity),
    delete: translating(async (id) => sessions().revoke(id, 'signed_out_elsewhere')),
    deleteAll: translating(async (userId, options) => {
      const except = options?.except;
      // Read before they end: everybody who waits for the end of one of them is told of it.
      const before = await liveOf(userId);
      const { count } =
        except === undefined ? await sessions().revokeAll(userId) : await sessions().revokeOthers(userId, except);
      engine().events.revoked(before.filter(({ id, alias }) => id !== except && alias !== except));
      return count;
    }),
    sweep: translating(async () => sessions().sweep()),
    cleanupExpired: translating(async (userId) => sessions().sweepUser(userId)),
    scoped: (id, name, options) => createScopedValue(sessions, id, name, options),
    use: (id) => handleOf(api, id),
    tools: () => createTools(sessions()).tools,
    describe: () => createTools(sessions()).describe(),
  };
  return api;
}

/** Everything of one session. */
function handleOf(api: SessionApi, id: string): SessionHandle {
  const get = (...key: [] | [string]): Promise<unknown> =>
    (api.get as (...args: string[]) => Promise<unknown>)(id, ...key);
  return {
    id,
    get: get as SessionHandle['get'],
    clear: () => api.clear(id),
    delete: () => api.delete(id),
    extend: (by) => api.extend(id, by),
    isValid: () => api.isValid(id),
    merge: (...rest) => api.merge(id, ...rest),
    mutate: (...rest) => api.mutate(id, ...rest),
    refresh: () => api.refresh(id),
    remove: (key) => api.remove(id, key),
    scoped: (...rest) => api.scoped(id, ...rest),
    set: (...rest) => api.set(id, ...rest),
    setExpiration: (at) => api.setExpiration(id, at),
    status: () => api.status(id),
    timeRemaining: () => api.timeRemaining(id),
    touch: (action) => api.touch(id, action),
    track: (action) => api.track(id, action),
    update: (...rest) => api.update(id, ...rest),
  };
}
