import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { isSessionError } from '../../protocol/session-error.ts';
import { serverEventSchema, type ServerEvent } from '../../protocol/server-event.ts';
import type { backoffMs } from '../core/backoff.ts';
import type { Clock, Random, Signal } from '../core/ports.ts';
import { retryAfterMs } from '../core/retry-after.ts';

/** What {@link openEventStream} takes. */
export interface EventStreamOptions {
  /** `GET /events` of our server. */
  url: string;
  /** The manager's own: brings the token and its proof, renews once after a 401, and ends with the session. */
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  onEvent: (event: ServerEvent) => void;
  /** A connection stands; what happened before it is not known, but for what `Last-Event-ID` brings. */
  onOpen?: (() => void) | undefined;
  /** Closes the stream. */
  signal: Signal;
  clock: Clock;
  random: Pick<Random, 'fraction'>;
  /** How long to wait after so many failures. */
  backoff: typeof backoffMs;
  /** Where an earlier stream ended; events after it are sent first. */
  lastEventId?: string | null | undefined;
  /** A connection that says nothing for so long is dead. @default 45_000, three of the server's pings */
  silenceMs?: number | undefined;
}

/** How an event stream ended for good, and where. */
export interface EventStreamEnd {
  why: 'closed' | 'refused';
  lastEventId: string | null;
}

/** How one connection ended. */
type Loss = { retry: boolean; waitMs?: number | undefined };

/** A connection that stood for so long was a good one: the count of failures starts anew. */
const steadyMs = 30_000;
const longestEvent = 65_536;

/**
 * Keeps the server's event stream open until it is closed or refused (HTML standard, server-sent events; by `fetch`, since
 * `EventSource` sends no headers). The server ends it with each access token, so ending is the normal case: it is opened again
 * after a moment, and after ever longer ones when it does not stand.
 */
export async function openEventStream(options: EventStreamOptions): Promise<EventStreamEnd> {
  const { clock, random, signal, backoff } = options;
  let lastEventId = options.lastEventId ?? null;
  let failures = 0;
  while (!signal.aborted) {
    const since = clock.monotonic();
    const loss = await connect(options, lastEventId, (id) => (lastEventId = id));
    if (!loss.retry && !signal.aborted) return { why: 'refused', lastEventId };
    failures = clock.monotonic() - since >= steadyMs ? 1 : failures + 1;
    await pause(clock, backoff(failures, random.fraction(), loss.waitMs), signal as AbortSignal);
  }
  return { why: 'closed', lastEventId };
}

async function connect(
  options: EventStreamOptions,
  lastEventId: string | null,
  onId: (id: string | null) => void,
): Promise<Loss> {
  const { url, fetch, onEvent, onOpen, clock, silenceMs = 45_000 } = options;
  const outer = options.signal as AbortSignal;
  const abort = new AbortController();
  const close = (): void => abort.abort(outer.reason);
  outer.addEventListener('abort', close);
  let stopWatch = clock.after(silenceMs, close);
  try {
    const headers = { Accept: 'text/event-stream', ...(lastEventId !== null && { 'Last-Event-ID': lastEventId }) };
    const response = await fetch(url, { headers, cache: 'no-store', signal: abort.signal });
    const refusal = judge(response);
    if (refusal) {
      response.body?.cancel().catch(() => {});
      // The server does not know the place: without it events are missed, with it nothing ever comes.
      if (response.status === 400) onId(null);
      return refusal;
    }
    onOpen?.();
    const parser = createParser({
      maxBufferSize: longestEvent,
      onEvent(message) {
        if (message.id) onId(message.id);
        const event = read(message);
        if (event && !abort.signal.aborted) onEvent(event);
      },
    });
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { retry: true };
      stopWatch();
      stopWatch = clock.after(silenceMs, close);
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } catch (error) {
    return isSessionError(error) ? { retry: error.retryable, waitMs: error.retryAfterMs } : { retry: true };
  } finally {
    stopWatch();
    outer.removeEventListener('abort', close);
    abort.abort();
  }
}

/** Why an answer is not the stream; null when it is. A 204 asks to stay away (HTML standard). */
function judge({ status, headers, body }: Response): Loss | null {
  if (status === 200 && body && /^text\/event-stream\b/i.test(headers.get('content-type') ?? '')) return null;
  const waitMs = retryAfterMs(headers.get('retry-after'), headers.get('date'), Date.now());
  return { retry: status !== 204 && status !== 401 && status !== 403, waitMs };
}

function read({ data }: EventSourceMessage): ServerEvent | undefined {
  try {
    return serverEventSchema.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const stop = clock.after(ms, done);
    function done(): void {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
