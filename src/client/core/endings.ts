import type { EndReason } from '../../protocol/end-reason.ts';
import type { User } from '../../protocol/session-view.ts';
import type { Platform } from './ports.ts';
import { callIsolated } from './readable-store.ts';

/** Runs the app's `onSignedOut` when a session ends. */
export interface Endings {
  run(reason: EndReason, user: User | null): void;
  /** Settles when every hook that was started has settled, or had its time. */
  settled(): Promise<void>;
}

const hookTimeoutMs = 5000;

/** Creates {@link Endings}. What a hook throws is reported; one that hangs is waited for 5 seconds. */
export function createEndings(
  platform: Pick<Platform, 'clock' | 'report'>,
  hook: (end: { reason: EndReason; user: User | null }) => void | Promise<void>,
): Endings {
  let all: Promise<unknown> = Promise.resolve();
  return {
    run(reason, user) {
      const bound = new Promise<void>((resolve) => {
        const stop = platform.clock.after(hookTimeoutMs, resolve);
        void callIsolated(hook, { reason, user }, platform).then(() => {
          stop();
          resolve();
        });
      });
      all = Promise.all([all, bound]);
    },
    settled: () => all.then(() => undefined),
  };
}
