import type { Signal } from './ports.ts';
import type { Surroundings } from './surroundings.ts';

/** Keeps the server's event stream open: one per browser, in a tab that is visible. */
export interface LiveWatch {
  /** The session, the visibility or the page's life changed. */
  check(): void;
  stop(): void;
}

/** Holds a stream until it is lost for good or `signal` aborts. Loaded on demand by whoever makes it. */
export type OpenStream = (signal: Signal) => Promise<void>;

/** Makes an {@link OpenStream}. `ended` asks the token endpoint, `changed` is passed on. */
export type OpenLiveStream = (heard: { ended(): void; changed(): void }) => OpenStream;

/** Creates a {@link LiveWatch}. The tab that holds the lock has the stream; the others wait in line while they are visible. */
export function createLiveWatch(context: Surroundings, openStream: OpenLiveStream, renew: () => void): LiveWatch {
  const { platform, settings, tab, hub, channel } = context;
  const mutex = platform.mutex(`${settings.name}:events`);
  const open = openStream({
    ended: renew,
    changed() {
      const record = tab.live();
      if (record) channel.post({ v: 1, type: 'changed', sessionId: record.sessionId });
      hub.emit('changed', {});
    },
  });
  let current: { sessionId: string; abort(): void } | null = null;

  function check(): void {
    const live = tab.live();
    const wanted = live !== null && tab.armed && platform.lifecycle.isVisible();
    if (current && (!wanted || current.sessionId !== live.sessionId)) {
      current.abort();
      current = null;
    }
    if (!wanted || current) return;
    const holding = platform.abort();
    const mine = { sessionId: live.sessionId, abort: () => holding.abort() };
    current = mine;
    // A lock that cannot be had means no live events; sign-outs elsewhere then show at the next request.
    mutex
      .hold(open, holding.signal)
      .catch(() => {})
      .finally(() => {
        if (current === mine) current = null;
      });
  }

  return {
    check,
    stop() {
      current?.abort();
      current = null;
    },
  };
}
