import type { Session } from './session.ts';

/**
 * Who has sessions of a named type, found through the sessions that the store still keeps: the live ones, and those dead for
 * less than seven days. Costs O(sessions of that type): for dashboards, not for every request.
 */
export interface SessionUsers {
  /** Users with sessions of a type, most recently seen first. `page` counts from 1; `limit` is 20 by default, at most 200. */
  list(type: string, page?: { page?: number; limit?: number }): Promise<UserPage>;
  /** One user with all kept sessions of a type, newest first; null when there are none. */
  get(type: string, userId: string): Promise<UserDetails | null>;
  /** Live sessions of a type, of one user or of all, newest first. */
  sessions(type: string, page?: { userId?: string; page?: number; limit?: number }): Promise<TypedSessionPage>;
  figures(type: string): Promise<Figures>;
}

/** A user of a session type. Times are epoch milliseconds. */
export interface SessionUser {
  userId: string;
  type: string;
  firstSeenAt: number;
  lastSeenAt: number;
  /** How many sessions are kept, dead ones too. */
  sessionCount: number;
  activeSessionCount: number;
}

/** A user with the sessions. */
export interface UserDetails extends SessionUser {
  sessions: Session[];
}

/** A page of users. */
export interface UserPage {
  users: SessionUser[];
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}

/** A page of sessions of a type. */
export interface TypedSessionPage {
  sessions: Session[];
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}

/** What a dashboard shows. */
export interface Figures {
  totalUsers: number;
  /** With a live session. */
  activeUsers: number;
  /** With none. */
  inactiveUsers: number;
  /** Of the inactive: whose last session ended by the passing of time. */
  expiredUsers: number;
  /** First seen since midnight UTC. */
  newUsersToday: number;
  /** First seen in the last seven days. */
  newUsersThisWeek: number;
  totalSessions: number;
  activeSessions: number;
  averageSessionsPerUser: number;
}
