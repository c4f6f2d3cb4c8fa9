import type { Session } from '../../server/engine/sessions.ts';
import { isAt, type Backend, type Place } from './backend.ts';
import { invalidArgument, taking, translating } from './errors.ts';
import { pageOf, type PageRequest } from './user-calls.ts';

/** What `listActive` answers. */
export interface ActiveSessions {
  sessions: { sessionId: string; startAt: Date; endAt: Date | null; active: boolean }[];
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}

/** The end of sessions, and their list. Each call throws `SESSION_NOT_FOUND` for an unknown tag. */
export interface SessionCalls {
  /** Ends one session, or all of one user that are of this type. Answers how many were live. */
  revoke(input: Place & { tag: string; sessionId?: string; identifier?: string }): Promise<{ revokedCount: number }>;
  /** Ends all sessions of one user that are of this type, but for one. */
  revokeAll(
    input: Place & { tag: string; identifier: string; excludeCurrentSession?: string },
  ): Promise<{ revokedCount: number }>;
  /** Live sessions of the type, of one user or of all, newest first. */
  listActive(input: Place & PageRequest & { tag: string; identifier?: string }): Promise<ActiveSessions>;
}

/** The calls on sessions without a token. */
export function createSessionCalls(backend: Backend): SessionCalls {
  return {
    revoke: taking('{ tag, sessionId } or { tag, identifier }', async ({ tag, sessionId, identifier, ...call }) =>
      translating(async () => {
        if (sessionId === undefined && identifier === undefined)
          throw invalidArgument('Whose session? Pass `sessionId` for one, or `identifier` for all of a user.');
        const place = backend.place(call);
        await backend.demandType(tag, place.product);
        if (sessionId === undefined) {
          const { count } = await backend.sessions.revokeOfType(String(identifier), tag);
          return { revokedCount: count };
        }
        const session = await backend.sessions.get(sessionId);
        const isMeant = session?.type === tag && isAt(session, place);
        const isOver =
          isMeant &&
          (identifier === undefined || session.userId === identifier) &&
          (await backend.sessions.revoke(session.id, 'revoked'));
        return { revokedCount: isOver ? 1 : 0 };
      }),
    ),
    revokeAll: taking('{ tag, identifier }', async ({ tag, identifier, excludeCurrentSession, ...call }) =>
      translating(async () => {
        await backend.demandType(tag, backend.place(call).product);
        const options = excludeCurrentSession === undefined ? {} : { except: excludeCurrentSession };
        const { count } = await backend.sessions.revokeOfType(identifier, tag, options);
        return { revokedCount: count };
      }),
    ),
    listActive: taking('{ tag }', async ({ tag, identifier, page, limit, ...call }) =>
      translating(async () => {
        await backend.demandType(tag, backend.place(call).product);
        const wanted = { ...pageOf({ page, limit }), ...(identifier === undefined ? {} : { userId: identifier }) };
        const found = await backend.sessions.users.sessions(tag, wanted);
        return { ...found, sessions: found.sessions.map(listed) };
      }),
    ),
  };
}

function listed({ id, createdAt, endsAt, endReason }: Session): ActiveSessions['sessions'][number] {
  return {
    sessionId: id,
    startAt: new Date(createdAt),
    endAt: endsAt === null ? null : new Date(endsAt),
    active: endReason === null,
  };
}
