import type { Endings } from './endings.ts';
import type { EventHub } from './event-hub.ts';
import type { Channel, Mutex, Platform } from './ports.ts';
import type { SessionEvents } from './session-events.ts';
import type { Settings } from './settings.ts';
import type { Tab } from './tab.ts';
import type { Revocation, Vault } from './vault.ts';

/** What every part of a manager shares. */
export interface Surroundings {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly channel: Channel;
  /** The refresh lock. */
  readonly mutex: Mutex;
  readonly hub: EventHub<SessionEvents>;
  readonly endings: Endings;
  readonly tab: Tab;
  /** The vault that was asked for. */
  readonly main: Vault;
  /** The vault in use: the one that was asked for, or memory after it refused a sign-in. */
  vault(): Vault;
  /** Keeps a revocation that the vault refused to. */
  keep(entry: Revocation): void;
  /** Hands in what is in the outbox, now if possible. */
  flush(): void;
  /** Something that plans depend on changed: decide anew what to wake up for. */
  changed(): void;
}
