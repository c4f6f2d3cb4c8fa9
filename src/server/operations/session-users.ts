import * as z from 'zod/mini';
import { instantSchema } from '../../protocol/session-view.ts';
import type { SessionUser } from '../engine/session-users.ts';
import { count, limit, pageNumber, typeTag, userId, type OnUser } from './fields.ts';
import type { Operation } from './operation.ts';
import { instant, toWire, wireSession, type WireSession } from './wire-session.ts';

/** An operation on the users of a session type. */
export interface OnType {
  tag: string;
}

/** Which page, from 1, and how many a page. */
export interface Page {
  page?: number;
  limit?: number;
}

/** Where a page stands. */
export interface Paged {
  total: number;
  page: number;
  limit: number;
  total_pages: number;
}

/** A user of a session type. */
export interface WireUser {
  user_id: string;
  type: string;
  first_seen_at: string;
  last_seen_at: string;
  session_count: number;
  active_session_count: number;
}

const userMembers = {
  user_id: z.string(),
  type: z.string(),
  first_seen_at: instantSchema,
  last_seen_at: instantSchema,
  session_count: count,
  active_session_count: count,
};
const pageMembers = { total: count, page: count, limit: count, total_pages: count };
const wished = { page: z.exactOptional(pageNumber), limit: z.exactOptional(limit) };

export const list: Operation<OnType & Page, Paged & { users: WireUser[] }> = {
  name: 'users.list',
  summary:
    'Users with sessions of a type, most recently seen first. For dashboards: it reads all sessions of the type.',
  input: z.strictObject({ tag: typeTag, ...wished }),
  answer: z.object({ users: z.array(z.object(userMembers)), ...pageMembers }),
  route: { method: 'GET', path: '/session-types/:tag/users' },
  effect: 'read',
  repeatable: true,
  run: async ({ users }, { tag, ...page }) => {
    const { totalPages, users: found, ...rest } = await users.list(tag, page);
    return { users: found.map(toWireUser), ...rest, total_pages: totalPages };
  },
};

export const get: Operation<OnType & OnUser, { user: WireUser; sessions: WireSession[] } | null> = {
  name: 'users.get',
  summary: 'One user with all kept sessions of a type, newest first. Null when there are none.',
  input: z.strictObject({ tag: typeTag, user_id: userId }),
  answer: z.object({ user: z.object(userMembers), sessions: z.array(wireSession) }),
  route: { method: 'GET', path: '/session-types/:tag/users/:user_id' },
  effect: 'read',
  repeatable: true,
  absent: 'session_not_found',
  run: async ({ users }, input) => {
    const found = await users.get(input.tag, input.user_id);
    return found && { user: toWireUser(found), sessions: found.sessions.map(toWire) };
  },
};

export const sessionsOfType: Operation<OnType & Page & { user_id?: string }, Paged & { sessions: WireSession[] }> = {
  name: 'users.sessions',
  summary: 'Live sessions of a type, of one user or of all, newest first.',
  input: z.strictObject({ tag: typeTag, user_id: z.exactOptional(userId), ...wished }),
  answer: z.object({ sessions: z.array(wireSession), ...pageMembers }),
  route: { method: 'GET', path: '/session-types/:tag/sessions' },
  effect: 'read',
  repeatable: true,
  run: async ({ users }, { tag, user_id, ...page }) => {
    const wishes = { ...page, ...(user_id !== undefined && { userId: user_id }) };
    const { totalPages, sessions, ...rest } = await users.sessions(tag, wishes);
    return { sessions: sessions.map(toWire), ...rest, total_pages: totalPages };
  },
};

/** What a dashboard shows. */
export interface WireFigures {
  total_users: number;
  active_users: number;
  inactive_users: number;
  expired_users: number;
  new_users_today: number;
  new_users_this_week: number;
  total_sessions: number;
  active_sessions: number;
  average_sessions_per_user: number;
}

export const figures: Operation<OnType, WireFigures> = {
  name: 'users.figures',
  summary: 'How many users and sessions a type has: what a dashboard shows.',
  input: z.strictObject({ tag: typeTag }),
  answer: z.object({
    total_users: count,
    active_users: count,
    inactive_users: count,
    expired_users: count,
    new_users_today: count,
    new_users_this_week: count,
    total_sessions: count,
    active_sessions: count,
    average_sessions_per_user: z.number(),
  }),
  route: { method: 'GET', path: '/session-types/:tag/figures' },
  effect: 'read',
  repeatable: true,
  run: async ({ users }, { tag }) => {
    const found = await users.figures(tag);
    return {
      total_users: found.totalUsers,
      active_users: found.activeUsers,
      inactive_users: found.inactiveUsers,
      expired_users: found.expiredUsers,
      new_users_today: found.newUsersToday,
      new_users_this_week: found.newUsersThisWeek,
      total_sessions: found.totalSessions,
      active_sessions: found.activeSessions,
      average_sessions_per_user: found.averageSessionsPerUser,
    };
  },
};

function toWireUser(user: SessionUser): WireUser {
  return {
    user_id: user.userId,
    type: user.type,
    first_seen_at: instant(user.firstSeenAt),
    last_seen_at: instant(user.lastSeenAt),
    session_count: user.sessionCount,
    active_session_count: user.activeSessionCount,
  };
}
