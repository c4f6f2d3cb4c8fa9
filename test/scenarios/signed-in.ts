// Loaded on demand by the manager: here it is there already, so that nothing waits for a disk.
import '../../src/online.ts';
import type { SessionEvents, SessionManager, SessionOptions } from '../../src/index.ts';
import { createWorld, type Opened, type World, type WorldOptions } from './world.ts';

/** A tab with somebody signed in, and all that it went through since. */
export interface Watched extends Opened {
  /** Every status that the tab showed, one after the other. */
  statuses: string[];
  connections: string[];
  failures: Array<SessionEvents['refresh_failed']>;
}

/** What {@link signedIn} can be told. */
export interface SignedInOptions extends Partial<SessionOptions> {
  cookies?: boolean;
  life?: string;
  /** A session of 14 idle and 30 absolute days, in the place of 30 minutes and 12 hours. @default true */
  remember?: boolean;
  server?: WorldOptions['server'];
}

/** A world in which ada is signed in, in one tab. */
export async function signedIn({
  cookies = false,
  life = '5m',
  remember = true,
  server = {},
  ...options
}: SignedInOptions = {}): Promise<{ world: World } & Watched> {
  const world = createWorld({ cookies, life, server });
  const opened = world.open(options);
  await done(world, opened.session.signIn({ username: 'ada' }, { remember }));
  return { world, ...watch(opened) };
}

/** Notes what happens in a tab from now on. */
export function watch(opened: Opened): Watched {
  const { session } = opened;
  const watched: Watched = { ...opened, statuses: [session.getState().status], connections: [], failures: [] };
  session.subscribe(() => {
    const { status } = session.getState();
    if (status !== watched.statuses.at(-1)) watched.statuses.push(status);
  });
  session.on('connection_changed', ({ connection }) => watched.connections.push(connection));
  session.on('refresh_failed', (failure) => watched.failures.push(failure));
  return watched;
}

/** Lets a call of the client finish: the simulated time stands still, its work does not. */
export async function done<T>({ clock }: Pick<World, 'clock'>, call: Promise<T>): Promise<T> {
  let settled = false;
  void call.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let turn = 0; turn < 50 && !settled; turn++) await clock.settle();
  return call;
}

/** The error a call rejects with; fails when it does not. */
export async function refusal(world: Pick<World, 'clock'>, call: Promise<unknown>): Promise<unknown> {
  return done(world, call).then(
    () => {
      throw new Error('It was expected to reject, and did not.');
    },
    (error: unknown) => error,
  );
}

/** Lets time pass until the token is past its end, whatever the network does. */
export async function untilExpired(world: World, { token }: SessionManager): Promise<void> {
  const { expiresAt } = token.getState();
  await world.clock.advance((expiresAt ?? 0) - world.clock.now() + 1);
}
