import { createContext, createElement, useContext, useMemo, type ReactElement, type ReactNode } from 'react';
import type { IdleState, SessionManager, SessionState, TokenState, User } from '../index.ts';
import { useReadable } from './use-readable.ts';

/**
 * Names the app's own user type once, for every hook:
 * ```ts
 * declare module 'sojourn/react' {
 *   interface Register { user: MyUser }
 * }
 * ```
 */
export interface Register {}

/** The user type of {@link Register}, or `User` when none is named. */
export type AppUser = Register extends { user: infer U extends { id: string } } ? U : User;

const StayContext = /* @__PURE__ */ createContext<SessionProviderProps | null>(null);

// What every first render shows that nobody told more, the same on the server and in the browser: nothing is known yet. One object
// says so for all three stores, since this file counts its bytes.
const unknown: SessionState<never> & TokenState & IdleState = {
  status: 'loading',
  hint: null,
  connection: 'online',
  persistence: 'persistent',
  freshness: 'none',
  issuedAt: null,
  expiresAt: null,
  refreshAt: null,
  generation: null,
  refreshing: false,
  phase: 'active',
  deadline: null,
  warnsAt: null,
};

const whole = (state: unknown): unknown => state;

/** What {@link SessionProvider} takes. */
export interface SessionProviderProps {
  /** The app's manager, created outside of React. The provider neither starts nor disposes it. */
  manager: SessionManager<AppUser>;
  /**
   * What to show until the manager has read its vault: for pages whose server knows who is signed in. Server and browser must be
   * given the same. Pass the same object at each render.
   * @default a `loading` state
   */
  initialState?: SessionState<AppUser> | undefined;
  children?: ReactNode;
}

/**
 * Hands `manager` to the hooks below it.
 *
 * @example
 * ```tsx
 * const manager = createSessionManager({ url: 'https://auth.example.com' });
 * createRoot(element).render(<SessionProvider manager={manager}><App /></SessionProvider>);
 * ```
 */
export function SessionProvider({ manager, initialState, children }: SessionProviderProps): ReactElement {
  const value = useMemo(() => ({ manager, initialState }), [manager, initialState]);
  return createElement(StayContext, { value }, children);
}

function useStay(): SessionProviderProps {
  const stay = useContext(StayContext);
  if (!stay) throw new Error('Wrap the app in <SessionProvider>.');
  return stay;
}

/** The manager itself, for what is done and not shown: `signIn`, `signOut`, `fetch`. */
export function useSessionManager(): SessionManager<AppUser> {
  return useStay().manager;
}

/**
 * The session as the app renders it, or what `selector` picks from it. Renders only when that changed; a token refresh changes
 * nothing. Pick single values where renders are dear; an object built by the selector is new after every change of the state.
 *
 * @example
 * ```tsx
 * const name = useSession((state) => (state.status === 'authenticated' ? state.user.name : null));
 * ```
 */
export function useSession(): SessionState<AppUser>;
export function useSession<T>(selector: (state: SessionState<AppUser>) => T): T;
export function useSession(select: (state: SessionState<AppUser>) => unknown = whole): unknown {
  const { manager, initialState = unknown } = useStay();
  const getState = (): SessionState<AppUser> => {
    const state = manager.getState();
    return state.status === 'loading' && initialState !== unknown ? initialState : state;
  };
  return useReadable({ getState, subscribe: manager.subscribe }, initialState, select);
}

/** Whether the person is there, and when the session ends for want of activity; or what `selector` picks from it. */
export function useIdle(): IdleState;
export function useIdle<T>(selector: (state: IdleState) => T): T;
export function useIdle(select: (state: IdleState) => unknown = whole): unknown {
  return useReadable(useStay().manager.idle, unknown, select);
}

/** Facts about the access token, for gauges and diagnostics; an app that shows people and content needs none of them. */
export function useToken(): TokenState;
export function useToken<T>(selector: (state: TokenState) => T): T;
export function useToken(select: (state: TokenState) => unknown = whole): unknown {
  return useReadable(useStay().manager.token, unknown, select);
}
