import { SessionError, type SessionErrorOptions } from '../../protocol/session-error.ts';
import { backoffMs } from './backoff.ts';
import type { Context } from './context.ts';
import { asSessionError, cannotRenew, connectionAfter, nobodySignedIn } from './refusal.ts';
import { createStore, type WritableStore } from './readable-store.ts';

/** Renews the tokens: one flight per tab, cooled down after failures. */
export interface Renewal {
  /** Settles when this tab knows newer tokens than it did. @throws SessionError at once during a cooldown */
  renew(): Promise<void>;
  /** The same in the background; failures are told as events. */
  nudge(): void;
  readonly busy: WritableStore<boolean>;
  /** When the cooldown ends; null when there is none. */
  retryAt(): number | null;
  /** There is reason to hope (the browser says online): ends the cooldown, unless an attempt was made just now. */
  hurry(): void;
  /** This tab learnt something: a flight that waits for the lock need not wait for what is known already. */
  heard(): void;
}

const hurryAfterMs = 1000;

/** Creates a {@link Renewal}. */
export function createRenewal(context: Context): Renewal {
  const { platform, tab, hub } = context;
  const { clock, random } = platform;
  const busy = createStore(false, platform);
  let flight: Promise<void> | null = null;
  let stopWaiting = (): void => {};
  let failures = 0;
  let lastAttemptAt = -Infinity;
  let cooldown: { from: number; until: number; error: SessionError } | null = null;

  /** The cooldown, while it lasts. A clock that was set back must not make it longer than it was. */
  const resting = (now: number): typeof cooldown =>
    cooldown && now >= cooldown.from && now < cooldown.until ? cooldown : null;

  async function run(): Promise<void> {
    if (!tab.live()) throw nobodySignedIn(tab);
    if (tab.doom) throw cannotRenew(tab.doom);
    const now = clock.now();
    const rest = resting(now);
    if (rest) throw coolingDown(rest.error, rest.until - now);
    lastAttemptAt = now;
    if (tab.unsaved && !(await context.owed.settle())) {
      return fail(
        new SessionError('storage_unavailable', 'The tokens could not be written to storage yet, and come first.'),
      );
    }
    const from = tab.live();
    if (!from) throw nobodySignedIn(tab);
    const network = await context.network().catch(asSessionError);
    if (network instanceof SessionError) return fail(network);
    const failure = await network.renewOnce(context, network, from, (stop) => (stopWaiting = stop));
    if (failure) return fail(failure);
    failures = 0;
    cooldown = null;
  }

  function fail(error: SessionError): never {
    if (error.code !== 'aborted') {
      failures += 1;
      const retryInMs = backoffMs(failures, random.fraction(), error.retryAfterMs);
      const now = clock.now();
      cooldown = { from: now, until: now + retryInMs, error };
      tab.show({ type: 'connection', connection: connectionAfter(error) });
      hub.emit('refresh_failed', { error, retryInMs });
    }
    throw error;
  }

  function renew(): Promise<void> {
    if (!flight) {
      busy.set(true);
      flight = run().finally(() => {
        flight = null;
        stopWaiting = () => {};
        busy.set(false);
        context.changed();
      });
    }
    return flight;
  }

  return {
    renew,
    // A refusal was told by an event or is the cooldown itself.
    nudge: () => void renew().catch(() => {}),
    busy,
    retryAt: () => resting(clock.now())?.until ?? null,
    hurry() {
      // What the server asked for is not ours to shorten.
      if (!cooldown?.error.retryAfterMs && clock.now() - lastAttemptAt >= hurryAfterMs) cooldown = null;
    },
    heard: () => stopWaiting(),
  };
}

function coolingDown({ code, message, reason, status, cause }: SessionError, retryAfterMs: number): SessionError {
  const known = { reason, status, cause, retryable: true, retryAfterMs };
  return new SessionError(code, message, known as SessionErrorOptions);
}
