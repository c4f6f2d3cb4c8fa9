import { durationMs, type Duration } from '../../protocol/duration.ts';
import type { EndReason } from '../../protocol/end-reason.ts';
import type { User } from '../../protocol/session-view.ts';

/** Options of a manager that decide its behaviour, whatever the runtime. */
export interface BehaviourOptions<U extends { id: string } = User> {
  /**
   * Managers of one name and one server share a vault, a channel and a lock; all others share nothing. The server is the `url`,
   * or the token endpoint of the `transport`: where it moves to another address, people sign in again.
   * @default 'default'
   */
  name?: string;
  /**
   * How long before its end an access token is refreshed; never more than half its life.
   * @default '75s' (a hidden tab's timers may be 60 s late)
   */
  refreshLead?: Duration;
  /**
   * Bound of every request to the session server, its answer's body included; requests of the app have none. A `transport`
   * has a bound of its own (`oauth2Transport({ requestTimeoutMs })`).
   * @default '10s'
   */
  requestTimeout?: Duration;
  /** How long a tab waits for another one that holds the lock before it takes it by force. @default '5s' */
  lockTimeout?: Duration;
  /**
   * What is bound to this browser's key (RFC 9449): refresh and access tokens, only refresh tokens, or nothing.
   *
   * Keys need WebCrypto: https, or localhost. Elsewhere a page that asks for `'all'` or `'refresh'` signs nobody in
   * (`not_supported`). One that asks for nothing signs in with tokens that are not bound, and says so by the event
   * `binding_unavailable`.
   * @default 'all' with the reference server; with other transports what `adopt` is given
   */
  binding?: 'all' | 'refresh' | 'none';
  /** Idle detection; `false` leaves idleness to the server. */
  idle?: IdleOptions | false;
  /** How long before the absolute end `absolute_warning` fires. @default '5m' */
  absoluteWarning?: Duration;
  /** What to do when another person signs in in another tab: become that person, or end here. @default 'switch' */
  onIdentityChange?: 'switch' | 'end';
  /**
   * Clears what the app keeps about a person (caches, drafts). Runs in every tab when a session ends, before `signOut`
   * resolves; a promise is waited for up to 5 seconds. What it throws is reported, and keeps nobody signed in.
   */
  onSignedOut?: (end: { reason: EndReason; user: U | null }) => void | Promise<void>;
  /** Keeps one event stream per browser open, so that a sign-out on another device shows within a second. @default true in pages; elsewhere an open stream would keep the process alive */
  liveEvents?: boolean;
}

/** When a person counts as away. */
export interface IdleOptions {
  /**
   * Never longer than the limit that the server enforces and tells: of the two the shorter one counts.
   * @default 'server'
   */
  timeout?: Duration | 'server';
  /** How long before the end the warning begins; at most half the limit. @default '2m' */
  warning?: Duration;
  /**
   * What ends the warning: any activity, or only `stayActive()` (an answered dialog).
   * @default 'activity'
   */
  extendBy?: 'activity' | 'answer';
}

/** The same, checked, in milliseconds. */
export interface Settings {
  name: string;
  leadMs: number;
  requestTimeoutMs: number;
  lockTimeoutMs: number;
  /** Undefined: the transport decides. */
  binding: 'all' | 'refresh' | 'none' | undefined;
  /** A `timeoutMs` of `Infinity`: what the server says. */
  idle: { timeoutMs: number; warningMs: number; extendBy: 'activity' | 'answer' } | null;
  absoluteWarningMs: number;
  onIdentityChange: 'switch' | 'end';
  onSignedOut: (end: { reason: EndReason; user: User | null }) => void | Promise<void>;
}

/** Checks options and fills in defaults. @throws SessionError `invalid_duration` */
export function settingsFrom<U extends { id: string }>(options: BehaviourOptions<U>): Settings {
  const { idle = {}, onSignedOut } = options;
  const { timeout = 'server' } = idle || {};
  return {
    name: options.name ?? 'default',
    leadMs: durationMs(options.refreshLead ?? 75),
    requestTimeoutMs: durationMs(options.requestTimeout ?? 10),
    lockTimeoutMs: durationMs(options.lockTimeout ?? 5),
    binding: options.binding,
    idle: !idle
      ? null
      : {
          timeoutMs: timeout === 'server' ? Infinity : durationMs(timeout),
          warningMs: durationMs(idle.warning ?? 120),
          extendBy: idle.extendBy ?? 'activity',
        },
    absoluteWarningMs: durationMs(options.absoluteWarning ?? 300),
    onIdentityChange: options.onIdentityChange ?? 'switch',
    onSignedOut: (end) => onSignedOut?.(end as { reason: EndReason; user: U | null }),
  };
}
