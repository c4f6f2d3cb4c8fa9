import type { Session } from '../../server/engine/sessions.ts';
import type { Figures, SessionUser as EngineUser } from '../../server/engine/session-users.ts';
import type { TypeDefinition } from '../../server/engine/session-types.ts';
import type { Backend, Place } from './backend.ts';
import { invalidArgument, taking, translating } from './errors.ts';
import { productOf } from './session-config.ts';

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
  /** Where the newest session was started, as far as it says; of a page of users, the newest that lives. */
  product_tag: string | null;
  session_tag: string;
  /** What the selector found in the data. */
  identifier: string;
  /** The same; null when nothing says it. */
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
  /** A page of the users of the type `session`, most recently seen first. Looks up a session of each of them. */
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
  const fetchUsers: UserCalls['fetchUsers'] = taking('{ session }', async ({ session, page, limit, ...call }) =>
    translating(async () => {
      const type = await backend.demandType(session, backend.place(call).product);
      const found = await backend.sessions.users.list(session, pageOf({ page, limit }));
      const newestOf = async ({ userId, activeSessionCount }: EngineUser): Promise<Session | undefined> =>
        activeSessionCount === 0
          ? undefined
          : (await backend.sessions.list(userId, { type: session, limit: 1 })).sessions[0];
      const users = await Promise.all(found.users.map(async (user) => userOf(user, type, await newestOf(user))));
      return { ...found, users };
    }),
  );

  async function details(session: string, identifier: string, place: Place): Promise<UserDetails | null> {
    const type = await backend.demandType(session, place.product);
    const found = await backend.sessions.users.get(session, identifier);
    if (found === null) return null;
    return {
      ...userOf(found, type, found.sessions[0]),
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
        if (typeof id !== 'string') throw invalidArgument('Pass the `_id` of a user, such as `user-session:ada`.');
        const colon = id.indexOf(':');
        const tag = id.slice(0, Math.max(colon, 0));
        if (colon < 1 || (await backend.sessions.types.get(tag)) === null) return null;
        const found = await details(tag, id.slice(colon + 1), backend.place({}));
        if (found === null) return null;
        const { sessions: _sessions, totalSessions: _total, activeSessionsCount: _active, ...user } = found;
        return user;
      }),
    fetchUserDetails: taking('{ session, identifier }', async ({ session, identifier, ...call }) =>
      translating(() => details(session, identifier, backend.place(call))),
    ),
    fetchDashboard: taking('{ session }', async ({ session, ...call }) =>
      translating(async () => {
        await backend.demandType(session, backend.place(call).product);
        return backend.sessions.users.figures(session);
      }),
    ),
  };
}

/** Without what was not said. */
export function pageOf({ page, limit }: { page: number | undefined; limit: number | undefined }): PageRequest {
  return { ...(page === undefined ? {} : { page }), ...(limit === undefined ? {} : { limit }) };
}

function userOf(user: EngineUser, definition: TypeDefinition, newest: Session | undefined): SessionUser {
  const { type, userId, firstSeenAt, lastSeenAt } = user;
  const { product = productOf(definition), env } = newest?.trustContext ?? {};
  const id = `${type}:${userId}`;
  return {
    _id: id,
    ductape_user_id: id,
    product_tag: typeof product === 'string' ? product : null,
    session_tag: type,
    identifier: userId,
    env: typeof env === 'string' ? env : null,
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
