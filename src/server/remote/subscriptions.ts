import { createGuardedCall } from '../engine/guarded-call.ts';
import type { SessionEvent } from '../engine/session-event.ts';
import type { Requests } from './call-operation.ts';
import { followEvents } from './event-stream.ts';

type Listener = (event: SessionEvent) => void;

/** Whose events a listener wants; none given means all. */
export interface EventFilter {
  userId?: string;
  sessionId?: string;
}

/** Listeners to the events of a server. Those that want the same share a connection. */
export interface Subscriptions {
  subscribe(listener: Listener, filter?: EventFilter): () => void;
  /** Resolves when every stream that was asked for stands, or has failed once: what is done from then on is seen. */
  settled(): Promise<void>;
  close(): void;
}

/** What {@link createSubscriptions} takes. */
export interface SubscriptionsOptions {
  openEvents: Requests['openEvents'];
  onMissed: () => void;
  onError: (error: unknown) => void;
}

interface Shared {
  listeners: Set<{ listener: Listener }>;
  first: Promise<void>;
  stop: () => void;
}

/** Opens a stream for the first listener of each kind, and closes it with the last. */
export function createSubscriptions({ openEvents, onMissed, onError }: SubscriptionsOptions): Subscriptions {
  const streams = new Map<string, Shared>();
  const { call, report } = createGuardedCall(onError);

  function open(key: string, query: Record<string, string>): Shared {
    const abort = new AbortController();
    const listeners: Shared['listeners'] = new Set();
    const first = new Promise<void>((resolve) => {
      void followEvents({
        open: openEvents,
        query,
        onEvent: (event) => {
          for (const { listener } of [...listeners]) call(() => listener(event));
        },
        onFirst: resolve,
        onMissed: () => call(onMissed),
        onRefused: (error) => {
          if (streams.get(key)?.listeners === listeners) streams.delete(key);
          report(error);
        },
        signal: abort.signal,
      });
    });
    return { listeners, first, stop: () => abort.abort() };
  }

  return {
    subscribe: (listener, { userId, sessionId } = {}) => {
      const query = {
        ...(userId !== undefined && { user_id: userId }),
        ...(sessionId !== undefined && { session_id: sessionId }),
      };
      const key = JSON.stringify(query);
      const shared = streams.get(key) ?? open(key, query);
      streams.set(key, shared);
      const own = { listener };
      shared.listeners.add(own);
      return () => {
        if (!shared.listeners.delete(own) || shared.listeners.size > 0) return;
        shared.stop();
        if (streams.get(key) === shared) streams.delete(key);
      };
    },
    settled: async () => {
      for (const { first } of streams.values()) await first;
    },
    close: () => {
      for (const { stop } of streams.values()) stop();
      streams.clear();
    },
  };
}
