import type { EndReason } from '../../protocol/end-reason.ts';
import type { User } from '../../protocol/session-view.ts';
import type { Clock } from './ports.ts';

/** Runs the app's `onSignedOut` when a session ends. */
export interface Endings {
  run(reason: EndReason, user: User | null): void;
  /** Settles when every hook that was started has settled, or had its time. */
  settled(): Promise<void>;
}

const hookTimeoutMs = 5000;

/** Creates {@link Endings}. A hook that throws is reported as an unhandled rejection; one that hangs is waited for 5 seconds. */
export function createEndings(
  clock: Clock,
  hook: (end: { reason: EndReason; user: User | null }) => void | Promise<void>,
): Endings {
  let all: Promise<unknown> = Promise.resolve();
  return {
    run(reason, user) {
      const done = (async () => hook({ reason, user }))();
      const bound = new Promise<void>((resolve) => {
        const stop = clock.after(hookTimeoutMs, resolve);
        void done.finally(() => {
          stop();
          resolve();
        });
      });
      all = Promise.all([all, bound]);
    },
    settled: () => all.then(() => undefined),
  };
}
