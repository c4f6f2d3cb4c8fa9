import type { Session } from '../../server/engine/sessions.ts';
import type { Figures, SessionUser as EngineUser } from '../../server/engine/session-users.ts';
import type { Backend, Place } from './backend.ts';
import { translating } from './errors.ts';

/** A page: `page` counts from 1, and `limit` is 20 by default, at most 200. */
export interface PageRequest {
  page?: number;
  limit?: number;
}

/** Somebody who has, or had, sessions of a type. */
export interface SessionUser {
  /** `tag:identifier`: what `user` takes. */
  _id: string;
  ductape_user_id: string;
  product_tag: string | null;
  session_tag: string;
  /** What the selector found in the data. */
  identifier: string;
  env: string | null;
  first_seen: Date;
  last_seen: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** One session of a user. */
export interface UserSession {
  session_id: string;
  start_at: Date;
  end_at: Date | null;
  active: boolean;
}

/** A user with the sessions that are still kept: the live ones, and those that ended in the last seven days. */
export interface UserDetails extends SessionUser {
  session_count: number;
  sessions: UserSession[];
  totalSessions: number;
  activeSessionsCount: number;
}

/** Who uses a session type; costs O(its sessions), so it is for dashboards. Each throws `SESSION_NOT_FOUND` for an unknown tag. */
export interface UserCalls {
  /** A page of the users of the type `session`, most recently seen first. */
  users(request: Place & PageRequest & { session: string }): Promise<SessionUser[]>;
  /** The user of an `_id`, or null. */
  user(id: string): Promise<(SessionUser & { session_count: number }) | null>;
  /** The same page with its counts. */
  fetchUsers(request: Place & PageRequest & { session: string }): Promise<UserPage>;
  /** One user with the sessions; null when there are none. */
  fetchUserDetails(request: Place & { session: string; identifier: string }): Promise<UserDetails | null>;
  fetchDashboard(request: Place & { session: string }): Promise<Figures>;
}

/** A page of users. */
export interface UserPage {
  users: SessionUser[];
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}

/** The calls that tell who uses a session type. */
export function createUserCalls(backend: Backend): UserCalls {
  async function fetchUsers({
    session,
    page,
    limit,
    ...call
  }: Place & PageRequest & { session: string }): Promise<UserPage> {
    return translating(async () => {
      const place = backend.place(call);
      await backend.demandType(session, place.product);
      const found = await backend.sessions.users.list(session, pageOf({ page, limit }));
      return { ...found, users: found.users.map((user) => userOf(user, place)) };
    });
  }

  async function details(session: string, identifier: string, place: Place): Promise<UserDetails | null> {
    await backend.demandType(session, place.product);
    const found = await backend.sessions.users.get(session, identifier);
    if (found === null) return null;
    const { trustContext } = found.sessions[0] ?? { trustContext: null };
    return {
      ...userOf(found, {
        ...place,
        ...(typeof trustContext?.['env'] === 'string' ? { env: trustContext['env'] } : {}),
      }),
      session_count: found.sessionCount,
      sessions: found.sessions.map(sessionOf),
      totalSessions: found.sessionCount,
      activeSessionsCount: found.activeSessionCount,
    };
  }

  return {
    fetchUsers,
    users: async (request) => (await fetchUsers(request)).users,
    user: async (id) =>
      translating(async () => {
        const colon = id.indexOf(':');
        const tag = id.slice(0, Math.max(colon, 0));
        if (colon < 1 || (await backend.sessions.types.get(tag)) === null) return null;
        const found = await details(tag, id.slice(colon + 1), backend.place({}));
        if (found === null) return null;
        const { sessions: _sessions, totalSessions: _total, activeSessionsCount: _active, ...user } = found;
        return user;
      }),
    fetchUserDetails: async ({ session, identifier, ...call }) =>
      translating(() => details(session, identifier, backend.place(call))),
    fetchDashboard: async ({ session, ...call }) =>
      translating(async () => {
        await backend.demandType(session, backend.place(call).product);
        return backend.sessions.users.figures(session);
      }),
  };
}

/** Without what was not said. */
export function pageOf({ page, limit }: { page: number | undefined; limit: number | undefined }): PageRequest {
  return { ...(page === undefined ? {} : { page }), ...(limit === undefined ? {} : { limit }) };
}

function userOf({ type, userId, firstSeenAt, lastSeenAt }: EngineUser, { product, env }: Place): SessionUser {
  const id = `${type}:${userId}`;
  return {
    _id: id,
    ductape_user_id: id,
    product_tag: product ?? null,
    session_tag: type,
    identifier: userId,
    env: env ?? null,
    first_seen: new Date(firstSeenAt),
    last_seen: new Date(lastSeenAt),
    createdAt: new Date(firstSeenAt),
    updatedAt: new Date(lastSeenAt),
  };
}

function sessionOf({ id, createdAt, endsAt, endReason }: Session): UserSession {
  return {
    session_id: id,
    start_at: new Date(createdAt),
    end_at: endsAt === null ? null : new Date(endsAt),
    active: endReason === null,
  };
}
