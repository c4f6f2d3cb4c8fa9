import { invalidArgument } from './failures.ts';
import { isExpiry } from './life.ts';
import type { Session } from './sessions.ts';
import type { SessionUser, SessionUsers } from './session-users.ts';
import { rememberType, type Store } from './store.ts';
import { typedSessions, type TypedSession } from './typed-sessions.ts';
import { viewOf } from './view.ts';

/** What {@link createSessionUsers} works with. */
export interface SessionUsersPorts {
  store: Pick<Store, 'ofType'>;
  now: () => number;
}

const dayMs = 86_400_000;
const longestPage = 200;

/** Users as the sessions of a type show them. */
export function createSessionUsers({ store, now }: SessionUsersPorts): SessionUsers {
  function sessionsOf(type: string): AsyncGenerator<TypedSession> {
    if (type === rememberType) throw invalidArgument(`The type '${rememberType}' is kept for remember tokens.`);
    if (type === 'default')
      throw invalidArgument("Sessions of the type 'default' are in no list; give your sessions a type of their own.");
    return typedSessions(store, type, now());
  }

  return {
    list: async (type, options) => {
      const page = pageOf(options);
      const seen = new Map<string, SessionUser>();
      for await (const session of sessionsOf(type)) seen.set(session.record.userId, seenIn(seen, session));
      const users = [...seen.values()].toSorted(
        (a, b) => b.lastSeenAt - a.lastSeenAt || (a.userId < b.userId ? -1 : 1),
      );
      return { users: users.slice(page.from, page.to), ...page.counts(users.length) };
    },
    get: async (type, userId) => {
      let user: SessionUser | null = null;
      const sessions: Session[] = [];
      for await (const session of sessionsOf(type)) {
        if (session.record.userId !== userId) continue;
        user = seenAgain(user, session);
        sessions.push(viewOf(session.record, session.notBefore, session.now));
      }
      return user && { ...user, sessions };
    },
    sessions: async (type, options = {}) => {
      const page = pageOf(options);
      const sessions: Session[] = [];
      let total = 0;
      for await (const { record, notBefore, death, now: at } of sessionsOf(type)) {
        if (death !== null || (options.userId !== undefined && record.userId !== options.userId)) continue;
        if (total >= page.from && total < page.to) sessions.push(viewOf(record, notBefore, at));
        total++;
      }
      return { sessions, ...page.counts(total) };
    },
    figures: async (type) => {
      const seen = new Map<string, SessionUser>();
      const expired = new Set<string>();
      let at = now();
      for await (const session of sessionsOf(type)) {
        const { record, death } = session;
        at = session.now;
        // Newest first: what is seen first of a user is the last session.
        if (!seen.has(record.userId) && death !== null && isExpiry(death)) expired.add(record.userId);
        seen.set(record.userId, seenIn(seen, session));
      }
      const users = [...seen.values()];
      const inactive = users.filter(({ activeSessionCount }) => activeSessionCount === 0);
      const totalSessions = users.reduce((sum, { sessionCount }) => sum + sessionCount, 0);
      const newSince = (since: number): number => users.filter(({ firstSeenAt }) => firstSeenAt >= since).length;
      return {
        totalUsers: users.length,
        activeUsers: users.length - inactive.length,
        inactiveUsers: inactive.length,
        expiredUsers: inactive.filter(({ userId }) => expired.has(userId)).length,
        newUsersToday: newSince(at - (at % dayMs)),
        newUsersThisWeek: newSince(at - 7 * dayMs),
        totalSessions,
        activeSessions: users.reduce((sum, { activeSessionCount }) => sum + activeSessionCount, 0),
        averageSessionsPerUser: users.length === 0 ? 0 : totalSessions / users.length,
      };
    },
  };
}

function seenIn(seen: ReadonlyMap<string, SessionUser>, session: TypedSession): SessionUser {
  return seenAgain(seen.get(session.record.userId) ?? null, session);
}

/** What is known of a user, with one more session. */
function seenAgain(user: SessionUser | null, { record, death }: TypedSession): SessionUser {
  const lastSeenAt = Math.max(record.lastActivityAt, record.lastRefreshedAt ?? 0);
  return {
    userId: record.userId,
    type: record.type,
    firstSeenAt: Math.min(user?.firstSeenAt ?? Infinity, record.createdAt),
    lastSeenAt: Math.max(user?.lastSeenAt ?? 0, lastSeenAt),
    sessionCount: (user?.sessionCount ?? 0) + 1,
    activeSessionCount: (user?.activeSessionCount ?? 0) + (death === null ? 1 : 0),
  };
}

interface PageCounts {
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}

function pageOf({ page = 1, limit: wished = 20 }: { page?: number; limit?: number } = {}): {
  from: number;
  to: number;
  counts: (total: number) => PageCounts;
} {
  if (!(Number.isSafeInteger(page) && page >= 1 && wished >= 1))
    throw invalidArgument('`page` counts from 1, and `limit` is at least 1.');
  const limit = Math.min(Math.trunc(wished), longestPage);
  return {
    from: (page - 1) * limit,
    to: page * limit,
    counts: (total) => ({ total, page, limit, totalPages: Math.ceil(total / limit) }),
  };
}
