import type { AuthenticatedState } from 'sojourn';
import { useSession, useSessionManager } from 'sojourn/react';
import { useLayoutEffect, useRef, type ReactElement } from 'react';
import { Avatar } from '../parts/avatar.tsx';
import { Card } from '../parts/card.tsx';
import { useNow } from '../parts/use-now.ts';
import { useTask } from '../parts/use-task.ts';
import { moment, seconds } from '../words/times.ts';
import { refreshes } from '../world/events.ts';
import { signOut } from '../world/farewell.ts';
import { demoPassword, demoPeople, nameOf, rolesOf } from '../world/people.ts';
import { useStore } from '../world/store.ts';

/** Who is signed in, and until when. */
export function Person(): ReactElement | null {
  const state = useSession();
  if (state.status !== 'authenticated') return null;
  return <Resident state={state} />;
}

function Resident({ state }: { state: AuthenticatedState }): ReactElement {
  const { busy, trouble, run } = useTask();
  const { user, session } = state;
  const name = nameOf(user);
  return (
    <Card
      className="person"
      title={
        <>
          <Avatar name={name} large />
          <span>
            <span className="eyebrow">Signed in as</span> {name}
          </span>
        </>
      }
      aside={rolesOf(user).map((role) => (
        <span key={role} className="tag">
          {role}
        </span>
      ))}
    >
      <dl className="pairs">
        <div>
          <dt>Since</dt>
          <dd>
            <Moment at={session.createdAt} />
          </dd>
        </div>
        <div>
          <dt>At the latest until</dt>
          <dd>{session.absoluteEndsAt === null ? 'no end' : <Moment at={session.absoluteEndsAt} />}</dd>
        </div>
        <div>
          <dt>Without activity</dt>
          <dd>{session.idleTimeoutMs === null ? 'no limit' : `ends after ${seconds(session.idleTimeoutMs)}`}</dd>
        </div>
        <div>
          <dt>Remembered</dt>
          <dd>{session.remembered ? 'yes' : 'no'}</dd>
        </div>
      </dl>
      <div className="row">
        <button type="button" className="button primary" disabled={busy} onClick={() => run(signOut)}>
          Sign out
        </button>
        <Others key={user.id} current={user.id} />
      </div>
      <p className="trouble" role="alert">
        {trouble}
      </p>
      <Drawn />
    </Card>
  );
}

function Moment({ at }: { at: number }): ReactElement {
  return <time dateTime={new Date(at).toISOString()}>{moment(at, useNow())}</time>;
}

/** Counts how often the person was drawn, which refreshes must not change. Written past React, or it would count itself. */
function Drawn(): ReactElement {
  const state = useSession();
  const count = useRef({ draws: 0, state: null as unknown });
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (count.current.state !== state) count.current = { draws: count.current.draws + 1, state };
    const { draws } = count.current;
    if (place.current) place.current.textContent = draws === 1 ? 'once' : `${draws} times`;
  });
  return (
    <p className="proof">
      <Refreshed />. This card was drawn <b ref={place}>once</b>.
    </p>
  );
}

function Refreshed(): ReactElement {
  const { seen } = useStore(refreshes);
  return (
    <>
      <b>{seen === 1 ? '1 refresh' : `${seen} refreshes`}</b> since this tab was loaded
    </>
  );
}

/** Becomes another person without signing out first, as another tab might. */
function Others({ current }: { current: string }): ReactElement {
  const manager = useSessionManager();
  const { busy, trouble, run } = useTask();
  return (
    <details
      className="menu"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.open = false;
      }}
    >
      <summary className="button">Switch person</summary>
      <div className="menu-items">
        {demoPeople
          .filter(({ id }) => id !== current)
          .map(({ username, name }) => (
            <button
              key={username}
              type="button"
              disabled={busy}
              onClick={() => run(() => manager.signIn({ username, password: demoPassword }))}
            >
              {name}
            </button>
          ))}
        {trouble && <p className="trouble">{trouble}</p>}
      </div>
    </details>
  );
}
