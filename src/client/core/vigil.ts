import type { EndReason } from '../../protocol/end-reason.ts';
import { createClockWatch } from './clock-watch.ts';
import type { Context } from './context.ts';
import type { Ending } from './ending.ts';
import type { IdleWatch } from './idle-watch.ts';
import type { Cleanup } from './ports.ts';
import type { SessionError } from '../../protocol/session-error.ts';
import { asSessionError } from './refusal.ts';
import { askStorage } from './newest.ts';
import type { Renewal } from './renewal.ts';

/** Wakes when something is due, and decides from the clock and the vault what is. A timer is only ever a hint. */
export interface Vigil {
  /** Reads the vault and takes in what it says. @throws SessionError `storage_unavailable` */
  read(): Promise<void>;
  /** Makes sure that what this tab knows may be acted on: reads if it must, settles doubts about the clock, ends what is over. */
  settle(): Promise<void>;
  /** Looks at everything now, in the background. */
  look(): void;
  /** Decides anew when to wake. */
  plan(): void;
  /** Wakes for nothing until the next {@link plan}. */
  rest(): void;
  /** The earliest moment at which the session ends by itself, by this machine's clock; `Infinity` when there is none. */
  deadline(): number;
  stop(): void;
}

const timeRequestMs = 3000;
const stepMs = 2000;
const readAgainMs = 5000;

/** Creates a {@link Vigil}. */
export function createVigil(context: Context, idle: IdleWatch, renewal: Renewal, ending: Ending): Vigil {
  const { platform, settings, tab, hub } = context;
  const { clock } = platform;
  const watch = createClockWatch(clock);
  let stopTimer: Cleanup = () => {};
  let stopped = false;
  let doubt: Promise<void> | null = null;
  let warnedFor: string | null = null;
  /** The offset by which this tab last acted. Another tab may be the first to learn of a step, and its record tells the new one. */
  let trustedOffset: number | null = null;
  /** By how much the clocks disagree, as far as nobody has looked into it. */
  let jumped = 0;

  async function read(): Promise<void> {
    await askStorage(
      context,
      () => context.vault().read(),
      (contents) => tab.learn(contents, false),
    );
    if (tab.unsaved) void context.owed.settle().then((done) => (done ? undefined : context.owed.retry()));
    context.changed();
  }

  const absoluteEnd = (): number => {
    const end = tab.live()?.session.absoluteEndsAt;
    return end == null ? Infinity : end - tab.offsetMs();
  };

  const deadline = (): number => Math.min(absoluteEnd(), idle.store.getState().deadline ?? Infinity);

  function overdue(): EndReason | null {
    const now = clock.now();
    if (!tab.live()) return null;
    if (now >= absoluteEnd()) return 'absolute_expired';
    if (idle.check()) return 'idle';
    const times = tab.times();
    return tab.doom !== null && times !== null && now >= times.expiresAt ? tab.doom : null;
  }

  /** The clocks disagree. Sleep and a clock that was set look alike from here; the server's clock tells them apart. */
  async function resolveDoubt(): Promise<void> {
    const jump = jumped;
    jumped = 0;
    tab.armed = false;
    tab.learnOffset(null);
    idle.check();
    const told = await new Promise<number | null>((resolve) => {
      const stop = clock.after(timeRequestMs, () => resolve(null));
      void context
        .network()
        .then((network) => network.askOffset(platform, network))
        .catch(() => null)
        .then(resolve)
        .finally(stop);
    });
    // Nobody sleeps backwards: then the clock was set, by so much.
    const offset = told ?? (jump < 0 && trustedOffset !== null ? trustedOffset - jump : null);
    const before = trustedOffset ?? tab.offsetMs();
    if (offset === null) {
      trustedOffset = before - idle.forgetFuture();
      return;
    }
    const step = offset - before;
    tab.learnOffset(offset);
    trustedOffset = offset;
    if (Math.abs(step) > stepMs) idle.shift(-step);
  }

  async function settle(): Promise<void> {
    let unread: SessionError | null;
    do {
      jumped += watch.look();
      // Without anybody signed in there is nothing to be wrong about yet.
      if (jumped !== 0 && tab.live()) doubt ??= resolveDoubt().finally(() => (doubt = null));
      if (doubt) await doubt;
      unread = tab.armed ? null : await read().then(() => null, asSessionError);
    } while (!unread && jumped !== 0 && tab.live());
    if (!tab.live()) trustedOffset = null;
    else if (jumped === 0) trustedOffset ??= tab.offsetMs();
    // What is over by all this tab knows is over, also while storage cannot be asked.
    const reason = overdue();
    if (reason) await ending.end(reason);
    if (unread && tab.live()) throw unread;
  }

  function warn(): void {
    const live = tab.live();
    const endsAt = absoluteEnd();
    if (!live || warnedFor === live.sessionId || clock.now() < endsAt - settings.absoluteWarningMs) return;
    warnedFor = live.sessionId;
    hub.emit('absolute_warning', { endsAt });
  }

  function look(): void {
    if (stopped) return;
    void settle().then(
      () => {
        if (stopped) return;
        warn();
        const times = tab.times();
        const due =
          times !== null && tab.doom === null && clock.now() >= Math.max(times.refreshAt, renewal.retryAt() ?? 0);
        if (due && !renewal.busy.getState()) renewal.nudge();
        // An end that storage did not agree to is tried again, and not at once.
        plan(overdue() ? readAgainMs : 0);
      },
      // Storage could not be read: whoever asks for a token is told so, and the next look, not at once, tries again.
      () => plan(readAgainMs),
    );
  }

  function plan(leastMs = 0): void {
    stopTimer();
    const times = tab.times();
    if (stopped || !times) return;
    const now = clock.now();
    const moments = [idle.nextAt(), absoluteEnd()];
    // The clock was set or the machine slept: by which clock the moments are reckoned has to be found out first.
    jumped += watch.look();
    if (jumped !== 0) moments.push(now);
    else trustedOffset ??= tab.offsetMs();
    if (warnedFor !== tab.live()?.sessionId) moments.push(absoluteEnd() - settings.absoluteWarningMs);
    if (now < times.expiresAt || tab.doom) moments.push(times.expiresAt);
    if (!tab.doom && !renewal.busy.getState()) moments.push(Math.max(times.refreshAt, renewal.retryAt() ?? 0));
    const next = Math.min(...moments);
    if (next < Infinity) stopTimer = clock.after(Math.max(leastMs, next - now), look);
  }

  return {
    read,
    settle,
    look,
    plan: () => plan(),
    rest: () => stopTimer(),
    deadline,
    stop() {
      stopped = true;
      stopTimer();
    },
  };
}
