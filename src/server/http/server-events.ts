import type { ServerEvent } from '../../protocol/server-event.ts';
import type { SessionEvent } from '../engine/session-event.ts';
import { instant } from './session-view.ts';

/** What a client is told of an event of its user, or null when it is none of its business (refreshes, others' activity). */
export function serverEvent(event: SessionEvent, ownId: string): ServerEvent | null {
  const at = instant(event.at);
  const session = event.sessionId === null ? {} : { session_id: event.sessionId };
  const isOwn = event.sessionId === ownId;
  switch (event.type) {
    case 'session.created':
      return { type: 'user.sessions_changed', ...session, at };
    case 'session.updated':
      return isOwn ? { type: 'session.updated', ...session, at } : null;
    case 'session.touched':
      return isOwn ? { type: 'session.touched', ...session, at } : null;
    case 'session.expired':
    case 'session.revoked':
    case 'session.reuse_detected':
      return { type: 'session.ended', ...session, ...reasonOf(event), at };
    case 'session.reauthenticated':
    case 'session.claims_changed':
      return isOwn ? { type: 'session.claims_changed', ...session, at } : null;
    case 'user.sessions_revoked':
    case 'everybody.sessions_revoked':
      return { type: 'user.sessions_revoked', reason: 'revoked_all', at };
    default:
      return null;
  }
}

/** Whether a stream of this session has nothing more to tell: it is over, or its access token became stale. */
export function isLast(event: ServerEvent, ownId: string): boolean {
  const isOfOwn = event.type === 'session.ended' || event.type === 'session.claims_changed';
  return event.type === 'user.sessions_revoked' || (isOfOwn && event.session_id === ownId);
}

function reasonOf(event: SessionEvent): { reason?: string } {
  if (event.type === 'session.reuse_detected') return { reason: 'reuse_detected' };
  const { reason } = event.detail;
  return typeof reason === 'string' ? { reason } : {};
}
