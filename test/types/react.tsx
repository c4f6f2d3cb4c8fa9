// What the React hooks let an app write, and what not. Checked by `npm run types`; nothing here runs.
import type { ReactNode } from 'react';
import type { SessionManager, SessionState, User } from '../../src/index.ts';
import { SessionProvider, useIdle, useSession, useSessionManager, useToken } from '../../src/react/index.ts';

interface Person extends User {
  name: string;
}

/** K5: nobody can take "not loaded yet" for "nobody signed in": the members are not there. */
export function Page(): ReactNode {
  const state = useSession();
  // @ts-expect-error there is no user before somebody is known to be signed in
  void state.user;
  // @ts-expect-error nor a session
  void state.session;
  // @ts-expect-error nor a reason for an end
  void state.endReason;
  switch (state.status) {
    case 'loading':
      // @ts-expect-error loading has no user
      void state.user;
      return state.hint;
    case 'unauthenticated':
      // @ts-expect-error nobody is signed in
      void state.user;
      return state.endReason;
    case 'authenticated':
      // @ts-expect-error a session that goes on has no end
      void state.endReason;
      return state.user.id;
  }
}

/** What a selector picks is what the hook answers. */
export function Picked(): ReactNode {
  const id: string | null = useSession((state) => (state.status === 'authenticated' ? state.user.id : null));
  // @ts-expect-error it may be null
  const never: string = useSession((state) => (state.status === 'authenticated' ? state.user.id : null));
  const phase: 'active' | 'warning' | 'idle' = useIdle((idle) => idle.phase);
  const expiresAt: number | null = useToken().expiresAt;
  const manager: SessionManager = useSessionManager();
  // @ts-expect-error hooks show tokens' facts, never a token
  void useToken().accessToken;
  return [id, never, phase, expiresAt, manager.name];
}

/** A manager of the app's own user type can be provided. */
export function App({ manager, known }: { manager: SessionManager<Person>; known: SessionState<Person> }): ReactNode {
  return (
    <SessionProvider manager={manager} initialState={known}>
      <Page />
    </SessionProvider>
  );
}

/** It cannot be left out. */
export function Without(): ReactNode {
  // @ts-expect-error manager is missing
  return <SessionProvider />;
}
