import type { EndReason } from '../../protocol/end-reason.ts';
import type { User } from '../../protocol/session-view.ts';
import type { SessionFacts } from './session-facts.ts';
import type { Persistence } from './vault.ts';

/** Learnt from what requests did. `degraded`: the server answers, but not usefully, or storage refuses to write. */
export type Connection = 'online' | 'degraded' | 'offline';

interface Surroundings {
  readonly connection: Connection;
  /** Where the tokens really are, after any fallback. */
  readonly persistence: Persistence;
}

/** Until the vault was read; never waits for the network. */
export interface LoadingState extends Surroundings {
  readonly status: 'loading';
  /** What the vault will most likely say. For the first paint only. */
  readonly hint: 'signed_in' | 'signed_out' | null;
}

/** Somebody is signed in, online or not. */
export interface AuthenticatedState<U extends { id: string } = User> extends Surroundings {
  readonly status: 'authenticated';
  readonly user: U;
  readonly session: SessionFacts;
}

/** Nobody is signed in. */
export interface UnauthenticatedState extends Surroundings {
  readonly status: 'unauthenticated';
  /** Why the last session ended; null when there was none. Survives a reload, reads the same in every tab. */
  readonly endReason: EndReason | null;
}

/** What an app renders. The same frozen object until something an app can see changes. */
export type SessionState<U extends { id: string } = User> = LoadingState | AuthenticatedState<U> | UnauthenticatedState;

/** How good the access token is right now. `stale`: valid, and due to be refreshed. */
export interface TokenState {
  readonly freshness: 'fresh' | 'stale' | 'expired' | 'none';
  /** By this machine's clock, epoch milliseconds; null without a token. */
  readonly issuedAt: number | null;
  readonly expiresAt: number | null;
  /** When the next refresh is planned; null when none is. */
  readonly refreshAt: number | null;
  readonly generation: number | null;
  readonly refreshing: boolean;
}

/** Whether the person is there. Shared by all tabs. */
export interface IdleState {
  readonly phase: 'active' | 'warning' | 'idle';
  /** When the session ends for want of activity, by this machine's clock; null when there is no idle limit. */
  readonly deadline: number | null;
  /** When the warning begins; null when there is no idle limit. */
  readonly warnsAt: number | null;
}

/** A store: the shape every framework can read. */
export interface Readable<T> {
  getState(): T;
  /** Calls back after each change. Answers how to stop. */
  subscribe(listener: () => void): () => void;
}
