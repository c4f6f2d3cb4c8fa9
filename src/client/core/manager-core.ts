import type { User } from '../../protocol/session-view.ts';
import { createAccess, disposed } from './access.ts';
import { createArrival, unlessDisposed } from './arrival.ts';
import type { Authorizer } from './authorizer.ts';
import type { Context } from './context.ts';
import { createEnding } from './ending.ts';
import { createEndings } from './endings.ts';
import { createEventHub, type EventHub } from './event-hub.ts';
import { createIdleWatch } from './idle-watch.ts';
import type { LiveWatch, OpenLiveStream } from './live-watch.ts';
import { createOutgoing } from './outgoing.ts';
import type { Network } from './network.ts';
import { createOwed } from './owed.ts';
import { listen } from './listen.ts';
import type { Platform } from './ports.ts';
import { createStore } from './readable-store.ts';
import { createRenewal } from './renewal.ts';
import { asSessionError, nobodySignedIn } from './refusal.ts';
import type { SessionEvents } from './session-events.ts';
import type { IdleState, Readable, SessionState, TokenState } from './session-state.ts';
import type { Settings } from './settings.ts';
import { createStartup } from './startup.ts';
import { createTab } from './tab.ts';
import { noToken, tokenState } from './token-state.ts';
import type { Vault } from './vault.ts';
import { createVigil } from './vigil.ts';

/** Everything a manager is made of. */
export interface CoreParts {
  platform: Platform;
  settings: Settings;
  /** Loads the half that needs the network; asked again after a failure. @throws SessionError `network_error` */
  network: () => Promise<Network>;
  vault: Vault;
  /** Where to go on when the vault refuses a sign-in or holds what only a later version can read. */
  memoryVault: () => Vault;
  /** Tells the server that the person is there. */
  touch: () => Promise<void>;
  /** Opens the server's event stream; null when there is none. `ended` asks the token endpoint, `changed` is passed on. */
  openStream: OpenLiveStream | null;
}

/** A manager without the parts that need a DOM's types: `fetch` and the session API are put on top of it. */
export interface ManagerCore extends Authorizer {
  readonly state: Readable<SessionState>;
  readonly token: Readable<TokenState>;
  readonly idle: Readable<IdleState>;
  on: EventHub<SessionEvents>['on'];
  ready(): Promise<void>;
  signIn(credentials: unknown, remember: boolean): Promise<void>;
  adopt(tokens: unknown, user: User | undefined): Promise<void>;
  signOut(): Promise<void>;
  accessToken(minValidityMs: number | undefined): Promise<string>;
  peek(): string | null;
  refresh(): Promise<void>;
  stayActive(): void;
  hold(): () => void;
  dispose(): void;
}

/** Creates a {@link ManagerCore}. Its first act is to read the vault. */
export function createManagerCore(parts: CoreParts): ManagerCore {
  const { platform, settings, openStream } = parts;
  const { clock } = platform;
  let vault = parts.vault;
  const firstRead = vault.read();
  firstRead.catch(() => {});
  let isDisposed = false;
  let isAhead = false;

  const hub = createEventHub<SessionEvents>(platform);
  const endings = createEndings(platform, settings.onSignedOut);
  const initial = {
    status: 'loading',
    hint: platform.hint(settings.name).read(),
    connection: 'online',
    persistence: vault.persistence(),
  } as const;
  const tab = createTab(
    platform,
    settings,
    hub,
    endings,
    Object.freeze<SessionState>(initial),
    () => access.arm(),
    (at) => idle.heard(at),
  );
  const tokens = createStore<TokenState>(noToken, platform);
  const owed = createOwed(() => context);
  const context: Context = {
    platform,
    settings,
    network: parts.network,
    channel: platform.channel(settings.name),
    mutex: platform.mutex(settings.name),
    hub,
    endings,
    tab,
    owed,
    main: parts.vault,
    vault: () => vault,
    keep: (entry) => outgoing.keep(entry),
    flush: () => outgoing.flush(),
    changed,
  };
  const renewal = createRenewal(context);
  const outgoing = createOutgoing(context);
  const idle = createIdleWatch(context, parts.touch);
  const ending = createEnding(context, idle);
  const vigil = createVigil(context, idle, renewal, ending);
  const access = createAccess({ context, renewal, settle: settled, deadline: vigil.deadline });
  let live: LiveWatch | null = null;

  /** While the page's own files are sure to be there: Firefox remembers for the life of a page that an import failed. */
  function loadAhead(): void {
    if (isAhead || !tab.live()) return;
    isAhead = true;
    parts.network().then(
      ({ createLiveWatch }) => {
        live = openStream && !isDisposed ? createLiveWatch(context, openStream, renewal.nudge) : null;
        live?.check();
      },
      () => (isAhead = false),
    );
  }

  function changed(): void {
    if (isDisposed) return;
    loadAhead();
    renewal.heard();
    idle.check();
    access.arm();
    tokens.set(tokenState(tokens.getState(), tab.live(), tab.times(), clock.now(), renewal));
    live?.check();
    vigil.plan();
  }

  const startup = createStartup(context, firstRead, {
    onRead: (contents) => ending.onStart(contents),
    useMemory,
    started(contents) {
      tab.learn(contents, false);
      tab.show({ type: 'persistence', persistence: vault.persistence() });
      if (contents.outbox.length > 0) outgoing.flush();
      changed();
      vigil.look();
    },
  });

  async function settled(): Promise<void> {
    if (isDisposed) throw disposed();
    await startup.ready();
    await vigil.settle();
    access.arm();
  }

  function useMemory(error: unknown): void {
    vault = parts.memoryVault();
    tab.show({ type: 'persistence', persistence: vault.persistence() });
    hub.emit('storage_degraded', { error });
  }

  const arrival = createArrival(context, {
    settle: settled,
    main: parts.vault,
    useMain: () => void (vault = parts.vault),
    useMemory,
    arrived(contents) {
      tab.learn(contents, true, true);
      tab.show({ type: 'persistence', persistence: vault.persistence() });
      tab.show({ type: 'connection', connection: 'online' });
      outgoing.flush();
      changed();
    },
  });

  const cleanups = [
    listen(context, { idle, renewal, vigil }),
    renewal.busy.subscribe(changed),
    parts.vault.subscribe((error) => {
      tab.show({ type: 'persistence', persistence: vault.persistence() });
      if (error) return hub.emit('storage_degraded', { error });
      // It is there again, with what it held all the time.
      tab.armed = false;
      outgoing.flush();
      vigil.look();
    }),
  ];

  return {
    state: tab.state,
    token: tokens,
    idle: idle.store,
    on: hub.on,
    ready: startup.ready,
    signIn: arrival.signIn,
    adopt: arrival.adopt,
    async signOut() {
      arrival.cancel();
      if (isDisposed) throw disposed();
      // Without any wait where that is possible: what follows the call must find nobody signed in.
      if (tab.state.getState().status === 'loading') await startup.ready().catch(unlessDisposed);
      await ending.signOut();
    },
    accessToken: access.token,
    peek: access.peek,
    async refresh() {
      await settled();
      await renewal.renew().catch((error: unknown) => {
        throw asSessionError(error);
      });
    },
    stayActive: idle.stayActive,
    hold: idle.hold,
    authorize: access.authorization,
    async reauthorize(rejected) {
      await settled();
      const record = tab.live();
      if (!record) throw nobodySignedIn(tab);
      if (record.user.id === rejected.userId && record.accessToken === rejected.accessToken) await renewal.renew();
      return access.authorization(rejected.userId);
    },
    isCurrent: ({ userId, signal }) => !signal.aborted && tab.armed && tab.live()?.user.id === userId,
    reportRejected: (url) => hub.emit('rejected_after_refresh', { url }),
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      // Deaf from here on: what it knows may be over at any moment.
      tab.armed = false;
      access.arm();
      for (const cleanup of cleanups) cleanup();
      startup.stop();
      vigil.stop();
      owed.stop();
      outgoing.stop();
      live?.stop();
      tab.scope().abort(disposed());
      context.channel.close();
      parts.vault.close();
      vault.close();
    },
  };
}
