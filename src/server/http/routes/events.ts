import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { authorize } from '../authorize.ts';
import { followEvents } from '../follow-events.ts';
import { demandValid, lastEventIdSchema } from '../request-schemas.ts';
import type { Route } from '../service.ts';

/**
 * `GET /events`: what happens to this person's sessions, as server-sent events (HTML standard), resumable by `Last-Event-ID`.
 * Ends with the access token, so a stream never outlives the right to it.
 */
export const events: Route = (service) => async (c) => {
  const access = await authorize(service, c);
  const since = lastEventId(c);
  // hono answers HEAD by GET and throws the body away, unread.
  if (c.req.method === 'HEAD')
    return new Response(null, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } });
  const stopping = new AbortController();
  const leave = service.streams.add(access.session.userId, () => stopping.abort());
  c.header('X-Accel-Buffering', 'no');
  const answer = streamSSE(c, async (stream) => {
    await followEvents(service, stream, { access, since, stop: stopping.signal }).finally(leave);
  });
  // hono sets no-cache: on the answer, or, where CORS has been at it, on what the answer is merged with.
  c.header('Cache-Control', 'no-store');
  answer.headers.set('Cache-Control', 'no-store');
  return answer;
};

function lastEventId(c: Context): number | null {
  const id = c.req.header('last-event-id');
  return id === undefined || id === '' ? null : Number(demandValid(lastEventIdSchema, id));
}
