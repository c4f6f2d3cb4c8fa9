import type { SessionTypes } from '../engine/session-types.ts';
import type { SessionUsers } from '../engine/session-users.ts';
import * as types from '../operations/session-types.ts';
import * as users from '../operations/session-users.ts';
import type { Requests } from './call-operation.ts';
import { toSession, toType, toUser } from './from-wire.ts';
import { toTypePatch, toWirePage } from './to-wire.ts';

/** The session types that a server keeps. */
export function createRemoteTypes({ call }: Pick<Requests, 'call'>): SessionTypes {
  return {
    define: async (type) => toType((await call(types.define, { ...toTypePatch(type), tag: type.tag })).type),
    update: async (tag, patch) => toType((await call(types.update, { ...toTypePatch(patch), tag })).type),
    get: async (tag) => {
      const found = await call(types.get, { tag });
      return found && toType(found.type);
    },
    list: async () => (await call(types.list, {})).types.map(toType),
    remove: async (tag, { force } = {}) =>
      (await call(types.remove, { tag, ...(force !== undefined && { force }) })).removed,
  };
}

/** Who has sessions of a type on a server. */
export function createRemoteUsers({ call }: Pick<Requests, 'call'>): SessionUsers {
  return {
    list: async (tag, page = {}) => {
      const { total_pages: totalPages, users: found, ...rest } = await call(users.list, { tag, ...toWirePage(page) });
      return { users: found.map(toUser), ...rest, totalPages };
    },
    get: async (tag, userId) => {
      const found = await call(users.get, { tag, user_id: userId });
      return found && { ...toUser(found.user), sessions: found.sessions.map(toSession) };
    },
    sessions: async (tag, { userId, ...page } = {}) => {
      const {
        total_pages: totalPages,
        sessions,
        ...rest
      } = await call(users.sessionsOfType, {
        tag,
        ...toWirePage(page),
        ...(userId !== undefined && { user_id: userId }),
      });
      return { sessions: sessions.map(toSession), ...rest, totalPages };
    },
    figures: async (tag) => {
      const found = await call(users.figures, { tag });
      return {
        totalUsers: found.total_users,
        activeUsers: found.active_users,
        inactiveUsers: found.inactive_users,
        expiredUsers: found.expired_users,
        newUsersToday: found.new_users_today,
        newUsersThisWeek: found.new_users_this_week,
        totalSessions: found.total_sessions,
        activeSessions: found.active_sessions,
        averageSessionsPerUser: found.average_sessions_per_user,
      };
    },
  };
}
