import type { Context } from './context.ts';
import { activityThrottles, idleState, neverIdle, type IdleLimits } from './idle-rules.ts';
import type { Cleanup } from './ports.ts';
import { createStore, type WritableStore } from './readable-store.ts';
import type { IdleState } from './session-state.ts';
import { sameJson } from './transition.ts';

/** Knows when the person was last there, in any tab. */
export interface IdleWatch {
  readonly store: WritableStore<IdleState>;
  /** The person did something in this tab. Too late once the limit has passed: the event that wakes a machine counts for nothing. */
  activity(): void;
  stayActive(): void;
  /** A lease against idleness; ends with its tab, and does not outlast sleep. */
  hold(): Cleanup;
  /** Activity in another tab, or as the vault remembers it. */
  heard(at: number | null): void;
  /** The clock was set by `ms`: what was noted moves with it. */
  shift(ms: number): void;
  /** The clock was set, nobody knows by how much: what was noted of the future is taken to have been now. Answers by how much it moved. */
  forgetFuture(): number;
  /** Looks at the clock. True when the limit has passed. */
  check(): boolean;
  /** Whether the limit has passed for a session last active at `at`. */
  isOver(idleTimeoutMs: number | null, at: number | null): boolean;
  /** When to look again; `Infinity` when nothing will change by itself. */
  nextAt(): number;
  /** Writes down what is known: the page may go away. */
  save(): void;
}

/** Clocks of tabs and moments of writing differ by less. */
const futureMs = 60_000;

/** Creates an {@link IdleWatch}. `touch` tells the server that the person is there. */
export function createIdleWatch(context: Context, touch: () => Promise<void>): IdleWatch {
  const { platform, settings, tab, channel, hub } = context;
  const { clock } = platform;
  const store = createStore<IdleState>(neverIdle, platform);
  const leases = new Set<object>();
  let lastAt = 0;
  let ownAt = 0;
  let toldAt = 0;
  let savedAt = 0;
  let touchedAt = 0;
  /** When to try again to write down what storage refused. */
  let retryAt = Infinity;

  function limitsOf(serverTimeoutMs: number | null): IdleLimits | null {
    if (!settings.idle) return null;
    const { timeoutMs, warningMs } = settings.idle;
    // Past the shorter one of the two limits the session is over, whatever the longer one says.
    const limit = Math.min(timeoutMs, serverTimeoutMs ?? Infinity);
    return limit < Infinity ? { timeoutMs: limit, warningMs } : null;
  }

  const limits = (): IdleLimits | null => limitsOf(tab.live()?.session.idleTimeoutMs ?? null);
  const throttles = (): ReturnType<typeof activityThrottles> =>
    activityThrottles(limits()?.timeoutMs ?? tab.live()?.session.idleTimeoutMs ?? 3_600_000);

  function show(): boolean {
    const known = limits();
    const before = store.getState();
    const next = known && tab.live() ? idleState(clock.now(), lastAt, known) : neverIdle;
    if (sameJson(next, before)) return next.phase === 'idle';
    store.set(next);
    if (next.phase === 'warning' && before.phase !== 'warning' && next.deadline !== null) {
      hub.emit('idle_warning', { deadline: next.deadline });
    }
    return next.phase === 'idle';
  }

  const isFuture = (at: number): boolean => at > clock.now() + futureMs;
  /** No stamp, or one of the future (the clock was set back since): what is known here counts, or else this moment. */
  const believed = (at: number | null): number => (at === null || isFuture(at) ? lastAt || clock.now() : at);

  function note(): void {
    const live = tab.live();
    if (!live || tab.scope().signal.aborted) return;
    const now = clock.now();
    const { tellMs, writeMs, touchMs } = throttles();
    const warned = store.getState().phase === 'warning';
    ownAt = now;
    lastAt = Math.max(lastAt, now);
    show();
    if (warned || now - toldAt >= tellMs) {
      toldAt = now;
      channel.post({ v: 1, type: 'activity', sessionId: live.sessionId, at: now });
    }
    if (warned || now - savedAt >= writeMs) save();
    if (now - touchedAt >= touchMs) report(now);
    context.changed();
  }

  function report(now: number): void {
    touchedAt = now;
    // The next activity reports again; the server's own limit is the judge of what was missed.
    touch().catch(() => (touchedAt = Math.min(touchedAt, now - throttles().touchMs + 5000)));
  }

  function save(): void {
    if (lastAt <= savedAt || !tab.live()) return;
    const at = lastAt;
    const before = savedAt;
    savedAt = at;
    context
      .vault()
      .update((contents) => {
        const stored = contents.activityAt ?? 0;
        return stored >= at && !isFuture(stored) ? contents : { ...contents, activityAt: at };
      })
      // Tried again at the next occasion, and there will be one: a lost note makes idleness come early.
      .catch(() => {
        savedAt = Math.min(savedAt, before);
        retryAt = clock.now() + throttles().writeMs;
        context.changed();
      });
  }

  /** An unreported activity is reported when the throttle allows, so the server's deadline is never before ours. */
  const touchDueAt = (): number =>
    ownAt > touchedAt && tab.live()?.session.idleTimeoutMs ? touchedAt + throttles().touchMs : Infinity;

  /** When a lease counts as activity again: long before the warning, which other tabs would show for a moment. */
  const leaseDueAt = (warnsAt: number): number => (lastAt + warnsAt) / 2;

  function check(): boolean {
    const known = leases.size > 0 && store.getState().phase !== 'idle' && limits();
    if (known) {
      const { phase, warnsAt } = idleState(clock.now(), lastAt, known);
      if (phase !== 'idle' && clock.now() >= leaseDueAt(warnsAt ?? 0)) note();
    }
    if (clock.now() >= touchDueAt()) report(clock.now());
    if (clock.now() >= retryAt) {
      retryAt = Infinity;
      save();
    }
    return show();
  }

  function shift(ms: number): void {
    lastAt += ms;
    ownAt += ms;
    toldAt += ms;
    savedAt += ms;
    touchedAt += ms;
  }

  return {
    store,
    activity() {
      const known = limits();
      const phase = known ? idleState(clock.now(), lastAt, known).phase : 'active';
      // Too late. But it wakes the tab: what is over is found to be over now, not when a timer that slept comes to it.
      if (phase === 'idle') return context.changed();
      if (phase !== 'warning' || settings.idle?.extendBy !== 'answer') note();
    },
    stayActive() {
      if (check()) context.changed();
      else note();
    },
    hold() {
      const lease = {};
      leases.add(lease);
      if (!check()) note();
      return () => {
        // It was activity until this moment.
        if (leases.delete(lease) && !check()) note();
      };
    },
    heard(told) {
      const at = believed(told);
      if (at <= lastAt) return;
      lastAt = at;
      savedAt = Math.max(savedAt, at);
      show();
    },
    shift,
    forgetFuture() {
      const ms = isFuture(lastAt) ? clock.now() - lastAt : 0;
      shift(ms);
      return ms;
    },
    check,
    isOver(idleTimeoutMs, at) {
      const known = limitsOf(idleTimeoutMs);
      return known !== null && clock.now() >= believed(at) + known.timeoutMs;
    },
    nextAt() {
      const { phase, warnsAt, deadline } = store.getState();
      const soon = warnsAt !== null && leases.size > 0 ? leaseDueAt(warnsAt) : warnsAt;
      const change = phase === 'active' ? soon : deadline;
      return Math.min(change ?? Infinity, touchDueAt(), retryAt);
    },
    save,
  };
}
