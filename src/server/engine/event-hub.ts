import { createGuardedCall } from './guarded-call.ts';
import type { SessionEvent } from './session-event.ts';
import { userTagOf } from './session-id.ts';
import type { Store } from './store.ts';

type Listener = (event: SessionEvent) => void;

/**
 * Whose events a subscriber wants; none given means all. Events about all sessions of a user reach each of them, events about
 * everybody reach everybody.
 */
export interface EventFilter {
  userId?: string;
  sessionId?: string;
}

/** Publishes events in order to whoever listens in this process, those of other processes too while anybody listens. */
export interface EventHub {
  /** `userTag` is the tag of the event's user; needed where the event names no session. */
  publish(event: SessionEvent, userTag: string): void;
  subscribe(listener: Listener, filter?: EventFilter): () => void;
}

interface Subscription extends EventFilter {
  listener: Listener;
}

/**
 * Listeners are called one after the other once a step was stored. One that throws, or whose promise fails or never
 * settles, is reported to `onError` or left behind; nobody else notices.
 */
export function createEventHub(onError: (error: unknown) => void, follow: Store['follow']): EventHub {
  // By user, so that an event of one of ten thousand open streams asks only those it concerns.
  const byUser = new Map<string | undefined, Set<Subscription>>();
  const { call } = createGuardedCall(onError);
  let stopFollowing: (() => void) | null = null;

  function unsubscribe(subscription: Subscription, others: Set<Subscription>): void {
    const { userId } = subscription;
    if (others.delete(subscription) && others.size === 0 && byUser.get(userId) === others) byUser.delete(userId);
    if (byUser.size > 0) return;
    stopFollowing?.();
    stopFollowing = null;
  }

  function publish(event: SessionEvent, userTag: string): void {
    const ofEverybody = event.type === 'everybody.sessions_revoked';
    for (const userId of ofEverybody ? [...byUser.keys()] : [event.userId, undefined])
      for (const { listener, sessionId } of [...(byUser.get(userId) ?? [])]) {
        if (!ofEverybody && sessionId !== undefined && !concerns(event, sessionId, userTag)) continue;
        call(() => listener(event));
      }
  }

  return {
    publish,
    subscribe: (listener, filter = {}) => {
      const { userId } = filter;
      const subscription: Subscription = { listener, ...filter };
      const others = byUser.get(userId) ?? new Set();
      byUser.set(userId, others.add(subscription));
      stopFollowing ??= follow(publish);
      return () => unsubscribe(subscription, others);
    },
  };
}

function concerns(event: SessionEvent, sessionId: string, userTag: string): boolean {
  return event.sessionId === null ? userTagOf(sessionId) === userTag : event.sessionId === sessionId;
}
