import type { SSEStreamingApi } from 'hono/streaming';

/** Writes events to one client, in order, without ever making the server wait for it. */
export interface EventWriter {
  send(event: { readonly type: string }, cursor: number | null): void;
  /** A comment line: keeps proxies from closing a quiet connection, and shows a dead one. */
  ping(text: string): void;
  /** Everything that was sent until now has been handed over. */
  flushed(): Promise<void>;
}

const mostPending = 256;

/** A client that does not read is given up: it resumes by `Last-Event-ID`, the server's memory does not grow for it. */
export function createEventWriter(stream: SSEStreamingApi, giveUp: () => void): EventWriter {
  let pending = 0;
  let tail: Promise<unknown> = Promise.resolve();

  function enqueue(write: () => Promise<unknown>): void {
    if (pending >= mostPending) return giveUp();
    pending += 1;
    tail = tail.then(write).finally(() => (pending -= 1));
  }

  return {
    send: (event, cursor) => {
      const id = cursor === null ? {} : { id: String(cursor) };
      enqueue(() => stream.writeSSE({ event: event.type, data: JSON.stringify(event), ...id }));
    },
    ping: (text) => enqueue(() => stream.write(`: ${text}\n\n`)),
    flushed: async () => void (await tail),
  };
}
