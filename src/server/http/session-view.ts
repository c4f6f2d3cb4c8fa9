import type { SessionView } from '../../protocol/session-view.ts';
import type { Session } from '../engine/sessions.ts';

/** A moment on the wire. */
export function instant(at: number): string {
  return new Date(at).toISOString();
}

/** A moment on the wire, where there may be none. */
export function instantOrNull(at: number | null): string | null {
  return at === null ? null : instant(at);
}

/** A session as its own person may see it. */
export function sessionView(session: Session, currentId: string): SessionView {
  return {
    id: session.id,
    user_id: session.userId,
    type: session.type,
    created_at: instant(session.createdAt),
    last_activity_at: instant(session.lastActivityAt),
    expires_at: instantOrNull(session.endsAt),
    absolute_expires_at: instantOrNull(session.absoluteEndsAt),
    idle_timeout: session.idleTimeoutMs === null ? null : session.idleTimeoutMs / 1000,
    remembered: session.remembered,
    current: session.id === currentId,
    device: { label: session.device.label, user_agent: session.device.userAgent },
  };
}
