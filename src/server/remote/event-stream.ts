import { EventSourceParserStream } from 'eventsource-parser/stream';
import { isSessionError } from '../../protocol/session-error.ts';
import type { SessionEvent } from '../engine/session-event.ts';
import { wireEvent } from '../operations/events.ts';
import type { Requests } from './call-operation.ts';
import { toEvent } from './from-wire.ts';

/** What {@link followEvents} takes. */
export interface Following {
  open: Requests['openEvents'];
  query: Record<string, string>;
  onEvent: (event: SessionEvent) => void;
  /** Called once, when the first connection stands or has failed. */
  onFirst: () => void;
  /** Events may be lost: the server did not remember far enough, or no event had come that it could go on after. */
  onMissed: () => void;
  /** The stream was refused for good, and is over. */
  onRefused: (error: unknown) => void;
  signal: AbortSignal;
}

/** Three of the server's pings. */
const silenceMs = 45_000;
const shortestPauseMs = 250;
const longestPauseMs = 15_000;

/**
 * Keeps the event stream of the server open (HTML standard, server-sent events), until it is closed or refused. It goes on after
 * the last event that came, in ever longer pauses while nobody answers. Before the first event there is no place to go on from:
 * then it says that events may be lost.
 */
export async function followEvents(following: Following): Promise<void> {
  const { signal, onFirst } = following;
  let lastEventId: string | null = null;
  for (let failures = 0, isFirst = true; !signal.aborted; failures++, isFirst = false) {
    let waitMs = 0;
    try {
      const response = await following.open(following.query, lastEventId, signal);
      failures = 0;
      onFirst();
      if (!isFirst && lastEventId === null) following.onMissed();
      await read(response.body!, following, (id) => (lastEventId = id));
    } catch (error) {
      if (signal.aborted) break;
      if (isSessionError(error) && !error.retryable) {
        following.onRefused(error);
        break;
      }
      waitMs = (isSessionError(error) && error.retryAfterMs) || 0;
    }
    onFirst();
    await pause(Math.max(waitMs, backoffMs(failures)), signal);
  }
  onFirst();
}

async function read(body: ReadableStream<Uint8Array>, following: Following, onId: (id: string) => void): Promise<void> {
  const end = new AbortController();
  const stop = (): void => end.abort();
  let timer = setTimeout(stop, silenceMs);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(stop, silenceMs);
  };
  // Not left to the request alone: Node may forget whose signal a discarded one follows, and the connection would stay.
  following.signal.addEventListener('abort', stop);
  try {
    const messages = body
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>, { signal: end.signal })
      .pipeThrough(new EventSourceParserStream({ onComment: heard }));
    for await (const { event, id, data } of messages) {
      if (following.signal.aborted) return;
      heard();
      if (event === 'missed') following.onMissed();
      const found = wireEvent.safeParse(parsed(data)).data;
      if (found) following.onEvent(toEvent(found));
      if (id) onId(id);
    }
  } finally {
    clearTimeout(timer);
    following.signal.removeEventListener('abort', stop);
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function backoffMs(failures: number): number {
  return Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
