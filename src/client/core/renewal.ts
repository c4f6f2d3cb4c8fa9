import { SessionError } from '../../protocol/session-error.ts';
import { backoffMs } from './backoff.ts';
import type { Context } from './context.ts';
import { samePair, type LiveRecord } from './record.ts';
import { askStorage } from './newest.ts';
import type { LockedResult } from './locked-flight.ts';
import { asSessionError, cannotRenew, connectionAfter, nobodySignedIn } from './refusal.ts';
import { tombstone } from './tombstone.ts';
import type { VaultContents } from './vault.ts';
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
  const { platform, tab, hub, channel } = context;
  const { clock, random } = platform;
  const busy = createStore(false);
  let flight: Promise<void> | null = null;
  let stopWaiting = (): void => {};
  let failures = 0;
  let lastAttemptAt = Number.NEGATIVE_INFINITY;
  let cooldown: { until: number; error: SessionError } | null = null;

  /** The cooldown, while it lasts. A clock that was set back must not make it longer than it was. */
  const resting = (now: number): typeof cooldown =>
    cooldown && now < cooldown.until && now >= lastAttemptAt ? cooldown : null;

  async function run(): Promise<void> {
    if (!tab.live()) throw nobodySignedIn(tab);
    if (tab.doom) throw cannotRenew(tab.doom);
    const now = clock.now();
    const rest = resting(now);
    if (rest) throw coolingDown(rest.error, rest.until - now);
    lastAttemptAt = now;
    if (tab.unsaved && !(await context.owed.settle())) {
      return fail(
        new SessionError(
          'storage_unavailable',
          'The tokens could not be written to storage; nothing is renewed before they are.',
        ),
      );
    }
    const from = tab.live();
    if (!from) throw nobodySignedIn(tab);
    const since = tab.version();
    const result = await context
      .network()
      .then((network) => network.flyLocked(context, network, from, (stop) => (stopWaiting = stop)))
      .catch(failed);
    return finish(result, from, since);
  }

  /** What a flight brought from storage; read again when this tab learnt something while it flew. */
  async function finish(landed: LockedResult, from: LiveRecord, since: number): Promise<void> {
    const result =
      since !== tab.version() && 'contents' in landed && landed.contents
        ? { ...landed, contents: await newest(landed.contents) }
        : landed;
    return conclude(result, from);
  }

  async function newest(contents: VaultContents): Promise<VaultContents> {
    let read = contents;
    await askStorage(
      context,
      () =>
        context
          .vault()
          .read()
          .catch(() => contents),
      (found) => (read = found),
    );
    return read;
  }

  function conclude(result: LockedResult, from: LiveRecord): void {
    switch (result.kind) {
      case 'told':
        return settle(from);
      case 'granted': {
        const { record } = result.contents;
        if (record?.kind === 'live' && samePair(record, result.record)) {
          channel.post({ v: 1, type: 'refreshed', sessionId: record.sessionId, generation: record.generation });
        }
        tab.learnOffset(result.record.offsetMs);
        tab.learn(result.contents, true);
        return settle(from);
      }
      case 'unsaved':
        if (tab.live() && samePair(tab.live() as LiveRecord, from)) {
          tab.learnOffset(result.record.offsetMs);
          tab.hold(result.record, true);
          tab.show({ type: 'connection', connection: 'degraded' });
          hub.emit('storage_degraded', { error: result.error });
          hub.emit('refreshed', { generation: result.record.generation, byThisTab: true });
          context.owed.retry();
        }
        return;
      case 'learnt':
        tab.learn(result.contents, false);
        return settle(from);
      case 'ended': {
        const { sessionId, generation } = from;
        const at = clock.now();
        channel.post({ v: 1, type: 'ended', sessionId, generation, reason: result.reason, at });
        if (result.contents) tab.learn(result.contents, true);
        else if (tab.live()?.sessionId === sessionId) tab.hold(tombstone(from, result.reason, at), true);
        context.flush();
        throw nobodySignedIn(tab);
      }
      case 'rejected':
        tab.doom = 'refresh_rejected';
        context.changed();
        hub.emit('refresh_failed', { error: cannotRenew('refresh_rejected'), retryInMs: null });
        throw cannotRenew('refresh_rejected');
      case 'failed':
        return fail(result.error);
    }
  }

  /** After the vault was heard: was it what we came for? */
  function settle(from: LiveRecord): void {
    const live = tab.live();
    if (!live) throw nobodySignedIn(tab);
    if (tab.doom) throw cannotRenew(tab.doom);
    if (samePair(live, from) && live.accessToken === from.accessToken)
      return fail(new SessionError('unexpected_answer', 'The refresh changed nothing. Try again later.'));
    failures = 0;
    cooldown = null;
    tab.show({ type: 'connection', connection: 'online' });
  }

  function fail(error: SessionError): never {
    if (error.code !== 'aborted') {
      failures += 1;
      const retryInMs = backoffMs(failures, random.fraction(), error.retryAfterMs);
      cooldown = { until: clock.now() + retryInMs, error };
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

function failed(error: unknown): LockedResult {
  return { kind: 'failed', error: asSessionError(error) };
}

function coolingDown({ code, message, reason, status, cause }: SessionError, retryAfterMs: number): SessionError {
  return new SessionError(code, message, {
    retryable: true,
    retryAfterMs,
    cause,
    ...(reason === undefined ? {} : { reason }),
    ...(status === undefined ? {} : { status }),
  });
}
