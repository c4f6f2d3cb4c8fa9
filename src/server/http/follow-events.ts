import type { SSEStreamingApi } from 'hono/streaming';
import type { ServerEvent } from '../../protocol/server-event.ts';
import type { SessionEvent } from '../engine/session-event.ts';
import type { Access } from './authorize.ts';
import { createEventWriter } from './event-writer.ts';
import { isLast, serverEvent } from './server-events.ts';
import type { Service } from './service.ts';
import { instant } from './session-view.ts';
import { after, every } from './timers.ts';

const pingMs = 15_000;
const recheckMs = 30_000;
const pageSize = 500;

/** What {@link followEvents} takes. */
export interface Following {
  access: Access;
  /** Cursor of the last event that the client has; null when it has none. */
  since: number | null;
  /** Ends the stream from outside. */
  stop: AbortSignal;
}

/**
 * Sends a client the events of its user until it leaves, its session or access token ends, or the server stops. Whatever the
 * log forgot or a channel lost, the session itself is asked every 30 seconds.
 */
export async function followEvents(service: Service, stream: SSEStreamingApi, following: Following): Promise<void> {
  const { claims } = following.access;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const writer = createEventWriter(stream, end);
  let sent = following.since ?? 0;
  let held: SessionEvent[] | null = [];
  let isOver = false;

  function tell(event: ServerEvent, cursor: number | null): void {
    // A look at the session may tell of its end as well.
    if (isOver) return;
    writer.send(event, cursor);
    isOver = isLast(event, claims.sid);
    if (isOver) end();
  }

  function pass(event: SessionEvent): void {
    if (event.cursor <= sent) return;
    sent = event.cursor;
    const told = serverEvent(event, claims.sid);
    if (told) tell(told, event.cursor);
  }

  const stops = [
    service.sessions.subscribe((event) => (held ? held.push(event) : pass(event)), { userId: claims.sub }),
    every(pingMs, () => writer.ping('ping')),
    every(recheckMs, () => void recheck(service, following.access).then((event) => event && tell(event, null))),
    after(Math.max(0, claims.exp * 1000 - service.now()), end),
  ];
  stream.onAbort(end);
  following.stop.addEventListener('abort', end);
  if (following.stop.aborted) end();

  writer.ping('open');
  // New events wait until those that were missed have been sent; whatever comes twice is sent once.
  if (following.since !== null) await replay(service, claims.sub, following.since, pass);
  for (const event of held) pass(event);
  held = null;

  await ended;
  for (const stop of stops) stop();
  if (!stream.aborted) await Promise.race([writer.flushed(), aborted(stream)]);
}

async function replay(
  { sessions, report }: Service,
  userId: string,
  since: number,
  pass: (event: SessionEvent) => void,
): Promise<void> {
  try {
    for (let from = since; ;) {
      const page = await sessions.events({ userId, after: from, limit: pageSize });
      for (const event of page) pass(event);
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      from = last.cursor;
    }
  } catch (error) {
    // What was missed is lost to this client; the check of its session is not.
    report(error);
  }
}

/** What to tell of a session that is not what it was; null when all is well, or when the store cannot say. */
async function recheck({ sessions, now }: Service, { claims }: Access): Promise<ServerEvent | null> {
  const check = await sessions.check(claims.sid, claims.session_stamp).catch(() => null);
  if (!check || check.ok) return null;
  const at = instant(now());
  return check.why === 'claims_stale'
    ? { type: 'user.sessions_revoked', reason: 'revoked_all', at }
    : { type: 'session.ended', session_id: claims.sid, reason: check.reason, at };
}

function aborted(stream: SSEStreamingApi): Promise<void> {
  return new Promise((resolve) => stream.onAbort(resolve));
}
