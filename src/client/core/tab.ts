import type { EndReason } from '../../protocol/end-reason.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { User } from '../../protocol/session-view.ts';
import { changeBetween } from './change.ts';
import type { Endings } from './endings.ts';
import type { EventHub } from './event-hub.ts';
import type { Abort, Platform } from './ports.ts';
import { createStore, type WritableStore } from './readable-store.ts';
import type { EndedRecord, LiveRecord, VaultRecord } from './record.ts';
import type { SessionEvents } from './session-events.ts';
import type { SessionState } from './session-state.ts';
import type { Settings } from './settings.ts';
import { tombstone } from './tombstone.ts';
import { tokenTimes, type TokenTimes } from './token-times.ts';
import { transition, type StateEvent } from './transition.ts';
import type { VaultContents } from './vault.ts';

/** What this tab knows of the session. Everything here is a memory of the vault, which may have moved on. */
export interface Tab {
  readonly state: WritableStore<SessionState>;
  live(): LiveRecord | null;
  /** The tombstone this tab knows, for telling why. */
  ended(): EndedRecord | null;
  times(): TokenTimes | null;
  /** Server clock minus this machine's clock, as this tab learnt it or else as the record says. */
  offsetMs(): number;
  /** Aborts when the person who is signed in now no longer is. */
  scope(): Abort;
  /** Whether memory may be believed. False after the page was away or the clock jumped, until the vault was read. */
  armed: boolean;
  /** Why the session will end when its access token does: nothing can renew it any more. */
  doom: EndReason | null;
  /** The vault is behind this tab: what is known here has to be written before anything is rotated. */
  unsaved: boolean;
  /** Takes over an offset that this tab learnt from the server itself; null: the clock was set, what was learnt is void. */
  learnOffset(offsetMs: number | null): void;
  /** Rises whenever what is known here changes: a read that began before is older than what is known. */
  version(): number;
  /** Takes in what the vault holds. Everything that follows from a change (state, events, hooks, aborts) happens here, at once. */
  learn(contents: VaultContents, byThisTab: boolean, signedInHere?: boolean): void;
  /** Takes in a record that is not in the vault (yet): a successor it refused, an end that is being written or that another tab told. */
  hold(record: VaultRecord, byThisTab: boolean): void;
  show(event: StateEvent): void;
}

/**
 * Creates what a tab knows: nothing, until the vault was read. `onTake` is called as soon as it knows something else,
 * `onActivity` with the last activity of the person that the vault knows.
 */
export function createTab(
  platform: Platform,
  settings: Settings,
  hub: EventHub<SessionEvents>,
  endings: Endings,
  initial: SessionState,
  onTake: () => void,
  onActivity: (at: number | null) => void,
): Tab {
  const state = createStore(initial, platform);
  const hint = platform.hint(settings.name);
  let record: VaultRecord | null = null;
  let first = true;
  let detached = false;
  let times: TokenTimes | null = null;
  let ownOffsetMs: number | null = null;
  let fraction = 0;
  let version = 0;
  let scope = platform.abort();

  const live = (): LiveRecord | null => (record?.kind === 'live' ? record : null);
  const offsetMs = (): number => ownOffsetMs ?? live()?.offsetMs ?? 0;

  function reckon(): void {
    const now = live();
    times = now && tokenTimes(now, offsetMs(), settings.leadMs, fraction);
  }

  function take(next: VaultRecord | null, byThisTab: boolean): void {
    // Drawn once per token: a tab that reads the same token again plans the same moment.
    if (next?.kind === 'live' && live()?.accessToken !== next.accessToken) fraction = platform.random.fraction();
    record = next;
    version += 1;
    reckon();
    tab.doom = null;
    tab.unsaved = false;
    onTake();
    show({ type: 'known', record: next });
    // Whoever acts notes it, once for all tabs.
    if (byThisTab) hint.write(next?.kind === 'live' ? 'signed_in' : 'signed_out');
  }

  function leave(reason: EndReason, user: User | null, code: 'session_ended' | 'identity_changed'): void {
    const old = scope;
    scope = platform.abort();
    old.abort(
      new SessionError(code, `The request was given up: the session it belonged to is over (${reason}).`, { reason }),
    );
    endings.run(reason, user);
  }

  function finish(next: EndedRecord, byThisTab: boolean): void {
    const user = live()?.user ?? null;
    take(next, byThisTab);
    if (user === null) return;
    leave(next.reason, user, 'session_ended');
    hub.emit('ended', { reason: next.reason, user });
  }

  function changePerson(from: LiveRecord, to: LiveRecord, signedInHere: boolean): void {
    // Whoever signs in here means to be that person here.
    if (settings.onIdentityChange === 'end' && !signedInHere) {
      detached = true;
      return finish(tombstone(from, 'identity_changed', platform.clock.now()), false);
    }
    leave('identity_changed', from.user, 'identity_changed');
    // Between the abort and the event nobody is signed in here: a request made by a listener carries nobody's token.
    record = null;
    hub.emit('identity_changed', { from: from.user, to: to.user });
    take(to, signedInHere);
  }

  /** What was missing or unreadable is there: storage had only not shown it. */
  function foundAgain(): void {
    if (tab.doom !== 'refresh_rejected') tab.doom = null;
  }

  function learn(
    { record: found, activityAt, trouble }: VaultContents,
    byThisTab: boolean,
    signedInHere = false,
  ): void {
    // The manager was disposed while this was on its way: it has nobody to tell, and is not to be believed any more.
    if (scope.signal.aborted) return;
    onActivity(activityAt);
    tab.armed = true;
    if (detached && !byThisTab) return;
    detached = false;
    if (first) {
      first = false;
      return take(found, true);
    }
    const known = record;
    switch (changeBetween(known, found)) {
      case 'nothing':
        if (found === null) return;
        foundAgain();
        // The first tombstone wins, and storage knows which that was.
        if (known?.kind === 'ended' && found.kind === 'ended' && known.reason !== found.reason)
          return take(found, byThisTab);
        if (known?.kind === found.kind) record = tab.unsaved ? known : found;
        else tab.unsaved = true;
        return;
      case 'rotated':
        take(found, false);
        return hub.emit('refreshed', { generation: (found as LiveRecord).generation, byThisTab });
      case 'rolled_back':
        foundAgain();
        tab.unsaved = true;
        return;
      case 'missing':
        tab.doom = trouble === 'corrupt' ? 'storage_corrupt' : 'storage_missing';
        return;
      case 'ended':
        return finish(found as EndedRecord, byThisTab);
      case 'identity_changed':
        return changePerson(known as LiveRecord, found as LiveRecord, signedInHere);
      case 'signed_in':
        scope.abort(
          new SessionError('session_ended', 'The request was given up: a new session took the place of its own.'),
        );
        scope = platform.abort();
        take(found, byThisTab);
        return hub.emit('signed_in', { user: (found as LiveRecord).user, byThisTab });
    }
  }

  function show(event: StateEvent): void {
    const before = state.getState();
    const next = transition(before, event);
    state.set(next);
    if (next.connection !== before.connection) hub.emit('connection_changed', { connection: next.connection });
  }

  const tab: Tab = {
    state,
    live,
    ended: () => (record?.kind === 'ended' ? record : null),
    times: () => times,
    offsetMs,
    scope: () => scope,
    armed: false,
    doom: null,
    unsaved: false,
    version: () => version,
    learn,
    learnOffset(offset) {
      ownOffsetMs = offset;
      reckon();
    },
    hold(next, byThisTab) {
      first = false;
      if (next.kind === 'ended') finish(next, byThisTab);
      else take(next, false);
      tab.unsaved = true;
    },
    show,
  };
  return tab;
}
