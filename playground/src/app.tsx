import { useSession } from 'sojourn/react';
import { useEffect, useRef, type ReactElement } from 'react';
import { Activity } from './cards/activity.tsx';
import { Announcer } from './cards/announcer.tsx';
import { Devices } from './cards/devices.tsx';
import { Facts } from './cards/facts.tsx';
import { Faults } from './cards/faults.tsx';
import { Header } from './cards/header.tsx';
import { IdleDialog } from './cards/idle-dialog.tsx';
import { Log } from './cards/log.tsx';
import { Person } from './cards/person.tsx';
import { Requests } from './cards/requests.tsx';
import { SignIn } from './cards/sign-in.tsx';
import { Steps } from './cards/steps.tsx';
import { Tabs } from './cards/tabs.tsx';
import { Token } from './cards/token.tsx';

/** The page. */
export function App(): ReactElement {
  return (
    <>
      <a className="skip" href="#main">
        Skip to the session
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <Steps />
        <Facts />
        <div className="columns">
          <div className="column first">
            <Stay />
            <Token />
            <Activity />
          </div>
          <div className="column">
            <Tabs />
            <Devices />
            <Log />
          </div>
          <div className="column last">
            <Faults />
            <Requests />
          </div>
        </div>
      </main>
      <IdleDialog />
      <Announcer />
    </>
  );
}

/** The card of whoever is signed in, or the way in. While the vault is being read, the note of the last visit says which. */
function Stay(): ReactElement {
  const view = useSession((state) => {
    if (state.status === 'loading') return state.hint === 'signed_in' ? 'coming' : 'out';
    return state.status === 'authenticated' ? 'in' : 'out';
  });
  const place = useRef<HTMLDivElement>(null);
  const before = useRef(view);
  // The button that was pressed is gone with its card; whoever uses a keyboard must not fall back to the top of the page.
  useEffect(() => {
    const wasShown = before.current !== 'coming' && before.current !== view;
    before.current = view;
    if (wasShown && document.activeElement === document.body) place.current?.focus();
  }, [view]);
  return (
    <div ref={place} tabIndex={-1} className="stay">
      {view === 'in' && <Person />}
      {view === 'out' && <SignIn />}
      {view === 'coming' && <section className="card person placeholder" aria-hidden="true" />}
    </div>
  );
}
