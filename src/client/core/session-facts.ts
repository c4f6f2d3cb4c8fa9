import type { SessionView } from '../../protocol/session-view.ts';

/** What an app may show of a session. Nothing in it changes when tokens are refreshed. */
export interface SessionFacts {
  id: string;
  type: string;
  /** Epoch milliseconds by the server's clock. */
  createdAt: number;
  /** When it ends whatever happens (epoch milliseconds, server's clock); null when nothing does. */
  absoluteEndsAt: number | null;
  /** Idle limit in milliseconds that the server enforces; null when there is none. */
  idleTimeoutMs: number | null;
  remembered: boolean;
}

/** The facts in a session as it came over the wire. */
export function sessionFacts(view: SessionView): SessionFacts {
  return {
    id: view.id,
    type: view.type,
    createdAt: Date.parse(view.created_at),
    absoluteEndsAt: view.absolute_expires_at === null ? null : Date.parse(view.absolute_expires_at),
    idleTimeoutMs: view.idle_timeout === null ? null : view.idle_timeout * 1000,
    remembered: view.remembered,
  };
}
