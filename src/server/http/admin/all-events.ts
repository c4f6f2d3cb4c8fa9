import type { Context, Handler } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import type { SessionEvent } from '../../engine/session-event.ts';
import { toWireEvent } from '../../operations/events.ts';
import { createEventWriter } from '../event-writer.ts';
import { badRequest } from '../refusal.ts';
import { readKnownQuery } from '../request-query.ts';
import type { Service } from '../service.ts';
import { every } from '../timers.ts';
import { createRecentEvents, type RecentEvents } from './recent-events.ts';

const pingMs = 15_000;
const pageSize = 500;
const isUserId = /^[^]{1,256}$/;
/** A burst is written in parts, or the writer would take its reader for one that does not read. */
const burst = 100;

interface Wish {
  /** Cursor of the last event that the reader has; null when it has none. */
  after: number | null;
  /** Whose events; null for everybody's. */
  userId: string | null;
  /** Of which session; null for all. */
  sessionId: string | null;
}

/**
 * `GET /admin/events?user_id&session_id&after`: what happens to all sessions, or to those of one user, as server-sent events
 * (HTML standard), resumable by `Last-Event-ID`. The events of one user are replayed from the log, those of all users as far as
 * this process remembers them; where that is not far enough, an event `missed` says so.
 */
export function allEvents(service: Service): Handler {
  const recent = createRecentEvents(service.sessions);

  return async (c) => {
    const wish = await readWish(service, c);
    // hono answers HEAD by GET and throws the body away, unread.
    if (c.req.method === 'HEAD')
      return new Response(null, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } });
    const stopping = new AbortController();
    // Counted by itself: what limits the streams of a user is not meant for back ends.
    const leave = service.streams.add(`admin stream ${crypto.randomUUID()}`, () => stopping.abort());
    c.header('X-Accel-Buffering', 'no');
    const answer = streamSSE(c, async (stream) => {
      await follow(service, stream, { wish, recent, stop: stopping.signal }).finally(() => {
        leave();
        if (service.streams.isDraining) recent.close();
      });
    });
    answer.headers.set('Cache-Control', 'no-store');
    return answer;
  };
}

async function readWish({ sessions }: Service, c: Context): Promise<Wish> {
  const { user_id: asked, session_id: sessionId = null, after } = readKnownQuery(c, ['user_id', 'session_id', 'after']);
  const known = c.req.header('last-event-id') || after || null;
  if (known !== null && !/^\d{1,15}$/.test(known)) throw badRequest('Last-Event-ID or after is the id of an event.');
  if (asked !== undefined && !isUserId.test(asked)) throw badRequest('user_id has 1 to 256 characters.');
  const session = sessionId === null ? null : await sessions.inspect(sessionId);
  return {
    after: known === null ? null : Number(known),
    userId: asked ?? session?.userId ?? null,
    sessionId: session?.id ?? sessionId,
  };
}

interface Following {
  wish: Wish;
  recent: RecentEvents;
  stop: AbortSignal;
}

async function follow(service: Service, stream: SSEStreamingApi, { wish, recent, stop }: Following): Promise<void> {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const writer = createEventWriter(stream, end);
  let sent = wish.after ?? 0;
  const held: SessionEvent[] = [];
  let isLive = false;

  function pass(event: SessionEvent): void {
    if (event.cursor <= sent || !isWished(event, wish)) return;
    sent = event.cursor;
    writer.send(toWireEvent(event), event.cursor);
  }

  const stops = [
    recent.follow((event) => (isLive ? pass(event) : held.push(event))),
    every(pingMs, () => writer.ping('ping')),
  ];
  stream.onAbort(end);
  stop.addEventListener('abort', end);
  if (stop.aborted) end();

  writer.ping('open');
  if (wish.after !== null) await replay(service, { wish, recent, after: wish.after, pass, writer });
  // New events wait until those that were missed have been sent; whatever comes twice is sent once.
  while (held.length > 0) {
    for (const event of held.splice(0, burst)) pass(event);
    await writer.flushed();
  }
  isLive = true;

  await ended;
  for (const each of stops) each();
  if (!stream.aborted) await Promise.race([writer.flushed(), new Promise<void>((resolve) => stream.onAbort(resolve))]);
}

interface Replay extends Omit<Following, 'stop'> {
  after: number;
  pass: (event: SessionEvent) => void;
  writer: ReturnType<typeof createEventWriter>;
}

async function replay({ sessions, report }: Service, { wish, recent, after, pass, writer }: Replay): Promise<void> {
  try {
    const remembered = wish.userId === null ? recent.after(after) : null;
    if (wish.userId === null) {
      if (remembered === null) writer.send({ type: 'missed' }, null);
      for (let from = 0; from < (remembered?.length ?? 0); from += burst) {
        for (const event of remembered!.slice(from, from + burst)) pass(event);
        await writer.flushed();
      }
      return;
    }
    for (let from = after; ;) {
      const page = await sessions.events({ userId: wish.userId, after: from, limit: pageSize });
      for (const [index, event] of page.entries()) {
        pass(event);
        if (index % burst === 0) await writer.flushed();
      }
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      from = last.cursor;
    }
  } catch (error) {
    report(error);
    writer.send({ type: 'missed' }, null);
  }
}

/** Events about all sessions of a user reach whoever follows one of them. */
function isWished(event: SessionEvent, { userId, sessionId }: Wish): boolean {
  if (userId !== null && event.userId !== userId) return false;
  return sessionId === null || event.sessionId === sessionId || (event.sessionId === null && userId !== null);
}
