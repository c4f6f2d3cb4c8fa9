import { isTabMessage, type TabMessage } from '../../protocol/tab-message.ts';
import type { Channel, Cleanup } from '../core/ports.ts';
import type { PageLifecycle } from './lifecycle.ts';

/** An open connection between tabs: the part of `BroadcastChannel` that is used. */
export interface Wire {
  post(message: TabMessage): void;
  close(): void;
}

/** Opens a {@link Wire}. It never hands back what was posted on it. */
export type OpenWire = (name: string, receive: (data: unknown) => void) => Wire;

/**
 * A channel that is open only while somebody listens and the page is awake: a message that reaches a cached page
 * evicts it from the back/forward cache.
 */
export function tabChannel(name: string, open: OpenWire, lifecycle: PageLifecycle): Channel {
  const listeners = new Set<(message: TabMessage) => void>();
  let wire: Wire | undefined;
  let stopLifecycle: Cleanup | undefined;

  const connect = (): Wire =>
    open(`sojourn:${name}`, (data) => {
      if (isTabMessage(data)) for (const listener of [...listeners]) listener(data);
    });
  const listen = (): void => {
    if (!lifecycle.isAway()) wire ??= connect();
  };
  const hangUp = (): void => {
    wire?.close();
    wire = undefined;
  };
  const close = (): void => {
    listeners.clear();
    stopLifecycle?.();
    stopLifecycle = undefined;
    hangUp();
  };

  return {
    post(message) {
      if (wire) return wire.post(message);
      const once = connect();
      once.post(message);
      once.close();
    },
    subscribe(listener) {
      // The same function may be subscribed twice; each subscription is its own.
      const mine = (message: TabMessage): void => listener(message);
      listeners.add(mine);
      stopLifecycle ??= lifecycle.subscribe((event) => {
        if (event === 'away') hangUp();
        if (event === 'back') listen();
      });
      listen();
      return () => {
        if (listeners.delete(mine) && listeners.size === 0) close();
      };
    },
    close,
  };
}
