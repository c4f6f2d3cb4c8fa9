import { SessionError } from '../../protocol/session-error.ts';
import type { Clock } from '../core/ports.ts';
import { linkSignals, untilAborted } from './link-signals.ts';

/**
 * A `fetch` whose answers are here to the end of their body within `limitMs`, also where the server stops in the middle of one
 * and where `send` ignores its signal. Each request has the whole time: what goes on between two of them (a dialog that asks
 * for the password) is not counted.
 *
 * @returns a `fetch` that rejects with SessionError `timeout` as well
 */
export function withinLimit(
  send: typeof globalThis.fetch,
  clock: Pick<Clock, 'after'>,
  limitMs: number,
): typeof globalThis.fetch {
  return async (input, init) => {
    const limit = new AbortController();
    const signal = init?.signal ? linkSignals(init.signal, limit.signal) : limit.signal;
    const stop = clock.after(limitMs, () =>
      limit.abort(
        new SessionError('timeout', `The session server gave no answer within ${limitMs} ms. Try again later.`),
      ),
    );
    const whole = async (): Promise<Response> => {
      const response = await send(input, { ...init, signal });
      // What one half of a body was read of, the other one has in memory.
      await response.clone().arrayBuffer();
      return response;
    };
    return untilAborted(whole(), signal).finally(stop);
  };
}
