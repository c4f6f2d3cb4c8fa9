import { runBounded } from './bounded-lock.ts';
import type { Keys } from './ports.ts';
import { samePair, type LiveRecord } from './record.ts';
import { fly, type FlightResult } from './refresh-flight.ts';
import type { Surroundings } from './surroundings.ts';
import type { Transport } from './transport.ts';

/** What came of a flight that waited for its turn. `told`: another tab was faster, and this one knows already. */
export type LockedResult = FlightResult | { kind: 'told' };

/**
 * One refresh, in its turn among the tabs. The wait ends early when this tab learns of newer tokens: `waiting` is given the
 * function to call then.
 */
export function flyLocked(
  context: Surroundings,
  { transport, keys }: { transport: Transport; keys: Keys },
  from: LiveRecord,
  waiting: (told: () => void) => void,
): Promise<LockedResult> {
  const { platform, settings, tab, hub } = context;
  const { clock, random, abort } = platform;
  const { lockTimeoutMs, requestTimeoutMs } = settings;
  const { signal } = tab.scope();
  const isTold = (): boolean => {
    const live = tab.live();
    return !live || !samePair(live, from);
  };
  const work = async (): Promise<LockedResult> =>
    isTold() ? { kind: 'told' } : fly({ clock, random, keys, transport, vault: context.vault(), signal }, from);

  return runBounded(context.mutex, work, {
    clock,
    abort,
    timeoutMs: lockTimeoutMs * (1 + random.fraction() / 4),
    giveUpMs: lockTimeoutMs * 1.5 + requestTimeoutMs,
    // Whoever holds the lock may be waiting for an answer still; taking over now would only double the request.
    async mayStealIn() {
      const { record } = await context.vault().read();
      const pending = record?.kind === 'live' ? record.pending : null;
      return pending ? Math.max(0, Math.min(requestTimeoutMs, pending.at + requestTimeoutMs - clock.now())) : 0;
    },
    onSteal: () => hub.emit('lock_stolen', {}),
    waiting: (stop) => waiting(() => void (isTold() && stop())),
  });
}
