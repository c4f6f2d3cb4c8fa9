import type { Context } from './context.ts';
import { activityThrottles, idleState, neverIdle, type IdleLimits } from './idle-rules.ts';
import type { Cleanup } from './ports.ts';
import { createStore, type WritableStore } from './readable-store.ts';
import type { IdleState } from './session-state.ts';

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
  /** Looks at the clock. True when the limit has passed. */
  check(): boolean;
  /** Whether the limit has passed for a session last active at `at`. */
  isOver(idleTimeoutMs: number | null, at: number | null): boolean;
  /** When to look again; null when nothing will change by itself. */
  nextAt(): number | null;
  /** Writes down what is known: the page may go away. */
  save(): void;
}

/** Creates an {@link IdleWatch}. `touch` tells the server that the person is there. */
export function createIdleWatch(context: Context, touch: () => Promise<void>): IdleWatch {
  const { platform, settings, tab, channel, hub } = context;
  const { clock } = platform;
  const store = createStore<IdleState>(neverIdle);
  const leases = new Set<object>();
  let lastAt = 0;
  let ownAt = 0;
  let toldAt = 0;
  let savedAt = 0;
  let touchedAt = 0;

  function limitsOf(serverTimeoutMs: number | null): IdleLimits | null {
    if (!settings.idle) return null;
    const { timeoutMs, warningMs } = settings.idle;
    const limit = timeoutMs === 'server' ? serverTimeoutMs : timeoutMs;
    return limit === null ? null : { timeoutMs: limit, warningMs };
  }

  const limits = (): IdleLimits | null => limitsOf(tab.live()?.session.idleTimeoutMs ?? null);
  const throttles = (): ReturnType<typeof activityThrottles> =>
    activityThrottles(limits()?.timeoutMs ?? tab.live()?.session.idleTimeoutMs ?? 3_600_000);

  function show(): boolean {
    const known = limits();
    const before = store.getState();
    const next = known && tab.live() ? idleState(clock.now(), lastAt, known) : neverIdle;
    if (next.phase === before.phase && next.deadline === before.deadline && next.warnsAt === before.warnsAt)
      return next.phase === 'idle';
    store.set(next);
    if (next.phase === 'warning' && before.phase !== 'warning' && next.deadline !== null) {
      hub.emit('idle_warning', { deadline: next.deadline });
    }
    return next.phase === 'idle';
  }

  function note(): void {
    const live = tab.live();
    if (!live) return;
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
    savedAt = at;
    // A lost note makes idleness come early by the throttle, never late.
    context
      .vault()
      .update((contents) => ((contents.activityAt ?? 0) >= at ? contents : { ...contents, activityAt: at }))
      .catch(() => {});
  }

  /** An unreported activity is reported when the throttle allows, so the server's deadline is never before ours. */
  const touchDueAt = (): number | null =>
    ownAt > touchedAt && tab.live()?.session.idleTimeoutMs ? touchedAt + throttles().touchMs : null;

  function check(): boolean {
    if (leases.size > 0 && store.getState().phase !== 'idle') {
      const known = limits();
      if (known && idleState(clock.now(), lastAt, known).phase === 'warning') note();
    }
    const due = touchDueAt();
    if (due !== null && clock.now() >= due) report(clock.now());
    return show();
  }

  return {
    store,
    activity() {
      const known = limits();
      const phase = known ? idleState(clock.now(), lastAt, known).phase : 'active';
      if (phase === 'idle' || (phase === 'warning' && settings.idle?.extendBy === 'answer')) return;
      note();
    },
    stayActive() {
      if (!check()) note();
    },
    hold() {
      const lease = {};
      leases.add(lease);
      if (!check()) note();
      return () => void leases.delete(lease);
    },
    heard(at) {
      if (at === null || at <= lastAt || at > clock.now() + 60_000) return;
      lastAt = at;
      savedAt = Math.max(savedAt, at);
      show();
    },
    shift(ms) {
      lastAt += ms;
      ownAt += ms;
      toldAt += ms;
      savedAt += ms;
      touchedAt += ms;
    },
    check,
    isOver(idleTimeoutMs, at) {
      const known = limitsOf(idleTimeoutMs);
      return known !== null && at !== null && clock.now() >= at + known.timeoutMs;
    },
    nextAt() {
      const { phase, warnsAt, deadline } = store.getState();
      const change = phase === 'active' ? warnsAt : phase === 'warning' ? deadline : null;
      const due = touchDueAt();
      return due !== null && (change === null || due < change) ? due : change;
    },
    save,
  };
}
