import type { EndReason } from '../../protocol/end-reason.ts';
import { createClockWatch } from './clock-watch.ts';
import type { Context } from './context.ts';
import type { Ending } from './ending.ts';
import type { IdleWatch } from './idle-watch.ts';
import type { Cleanup } from './ports.ts';
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
  /** The earliest moment at which the session ends by itself, by this machine's clock; `Infinity` when there is none. */
  deadline(): number;
  stop(): void;
}

const timeRequestMs = 3000;
const stepMs = 2000;

/** Creates a {@link Vigil}. */
export function createVigil(context: Context, idle: IdleWatch, renewal: Renewal, ending: Ending): Vigil {
  const { platform, settings, tab, hub } = context;
  const { clock, lifecycle } = platform;
  const watch = createClockWatch(clock);
  let stopTimer: Cleanup = () => {};
  let stopped = false;
  let doubt: Promise<void> | null = null;
  let warnedFor: string | null = null;

  async function read(): Promise<void> {
    for (let tries = 0; tries < 3; tries++) {
      const version = tab.version();
      const contents = await context.vault().read();
      // Something was learnt while this read was under way: it may be older than that, so look again.
      if (version !== tab.version() && tries < 2) continue;
      idle.heard(contents.activityAt);
      tab.learn(contents, false);
      break;
    }
    if (tab.unsaved) void context.owed.settle().then((done) => (done ? undefined : context.owed.retry()));
    context.changed();
  }

  const absoluteEnd = (): number => {
    const end = tab.live()?.session.absoluteEndsAt;
    return end == null ? Number.POSITIVE_INFINITY : end - tab.offsetMs();
  };

  const deadline = (): number => Math.min(absoluteEnd(), idle.store.getState().deadline ?? Number.POSITIVE_INFINITY);

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
    tab.armed = false;
    idle.check();
    if (!tab.live() || !lifecycle.seemsOnline()) return;
    const limit = platform.abort();
    const stop = clock.after(timeRequestMs, () => limit.abort());
    let sentAt = clock.now();
    const asked = context.network().then(({ transport }) => {
      sentAt = clock.now();
      return transport.time(limit.signal);
    });
    const serverTime = await asked.catch(() => null).finally(stop);
    if (serverTime === null) return;
    const offset = serverTime - (sentAt + clock.now()) / 2;
    const step = offset - tab.offsetMs();
    tab.learnOffset(offset);
    if (Math.abs(step) > stepMs) idle.shift(-step);
  }

  async function settle(): Promise<void> {
    if (watch.look() !== 0) doubt ??= resolveDoubt().finally(() => (doubt = null));
    if (doubt) await doubt;
    if (!tab.armed) await read();
    const reason = overdue();
    if (reason) await ending.end(reason);
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
        plan();
      },
      // Storage could not be read: whoever asks for a token is told so, and the next look tries again.
      () => plan(),
    );
  }

  function plan(): void {
    stopTimer();
    const times = tab.times();
    if (stopped || !times) return;
    const now = clock.now();
    const moments = [idle.nextAt(), absoluteEnd()];
    if (warnedFor !== tab.live()?.sessionId) moments.push(absoluteEnd() - settings.absoluteWarningMs);
    if (now < times.expiresAt || tab.doom) moments.push(times.expiresAt);
    if (!tab.doom && !renewal.busy.getState()) moments.push(Math.max(times.refreshAt, renewal.retryAt() ?? 0));
    const next = Math.min(...moments.map((moment) => moment ?? Number.POSITIVE_INFINITY));
    if (next < Number.POSITIVE_INFINITY) stopTimer = clock.after(Math.max(0, next - now), look);
  }

  return {
    read,
    settle,
    look,
    plan,
    deadline,
    stop() {
      stopped = true;
      stopTimer();
    },
  };
}
