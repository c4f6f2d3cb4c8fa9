import type { JsonObject } from '../../server/engine/json.ts';
import type { Session } from '../../server/engine/sessions.ts';
import { invalidArgument } from './errors.ts';
import type { Untyped } from './stored-json.ts';

/** What is kept in a session when nobody said more about it. */
export interface SessionData {
  [key: string]: Untyped;
}

/** A session. Instants are ISO 8601 with milliseconds, by the server's clock. */
export interface SessionRecord<Data = SessionData> {
  id: string;
  userId: string;
  /** Only in what `create` and `refresh` answer. */
  token?: string;
  createdAt: string;
  updatedAt: string;
  /** End of its window; the latest instant there is for a session that nothing ends. */
  expiresAt: string;
  /** No extension goes beyond it; null for no such limit. */
  absoluteExpiresAt: string | null;
  /** The last `touch`; reading is not activity. */
  lastActivity: string;
  /** What the person did last, in the app's words. */
  lastAction: { action: string; timestamp: string } | null;
  isActive: boolean;
  state: SessionState;
  data: Data;
  /** Raised by every change of the data. */
  version: number;
  trustContext: JsonObject | null;
}

/** `'renewalDue'`: alive, in the second half of its window. */
export type SessionState = 'active' | 'renewalDue' | 'expired' | 'revoked';

/** A session that was just created or refreshed, with its token. */
export type SessionWithToken<Data = SessionData> = SessionRecord<Data> & { token: string };

/** The last instant that a `Date` can hold. */
const never = 8.64e15;

/** A session of the engine as this facade shows it. An id of the caller's choice stands for the engine's own. */
export function recordOf<Data = SessionData>(session: Session): SessionRecord<Data> {
  const { lastAction, state } = session;
  return {
    id: session.alias ?? session.id,
    userId: session.userId,
    createdAt: iso(session.createdAt),
    updatedAt: iso(session.updatedAt),
    expiresAt: iso(session.windowEndsAt ?? session.endsAt ?? never),
    absoluteExpiresAt: session.absoluteEndsAt === null ? null : iso(session.absoluteEndsAt),
    lastActivity: iso(session.lastActivityAt),
    lastAction: lastAction && { action: lastAction.action, timestamp: iso(lastAction.at) },
    isActive: session.endReason === null,
    state: state === 'renewal_due' ? 'renewalDue' : state,
    data: session.data as Data,
    version: session.version,
    trustContext: session.trustContext,
  };
}

/** Epoch milliseconds as ISO 8601. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** An instant in any form: a Date, an ISO text, epoch milliseconds. NaN for none. */
export function instantOf(at: Date | string | number): number {
  if (!(at instanceof Date) && typeof at !== 'string' && typeof at !== 'number')
    throw invalidArgument('An instant is a Date, an ISO 8601 text, or epoch milliseconds.');
  return new Date(at).getTime();
}
