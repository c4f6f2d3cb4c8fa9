import { SessionError } from '../../protocol/session-error.ts';
import type { Mutex } from '../core/ports.ts';

/**
 * A mutex whose code is loaded meanwhile. Loading starts at once: a machine that wakes up has no network yet, and some browsers
 * remember for the life of the page that an import failed.
 */
export function loadedMutex(load: () => Promise<Mutex>): Mutex {
  let loading: Promise<Mutex> | undefined;
  const mutex = (): Promise<Mutex> =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      return explain(error);
    }));
  mutex().catch(() => {});
  return {
    run: async (work, options) => (await mutex()).run(work, options),
    hold: async (work, signal) => (await mutex()).hold(work, signal),
  };
}

function explain(cause: unknown): never {
  throw new SessionError('network_error', 'A part of the app could not be loaded. It is tried again.', {
    cause,
  });
}
