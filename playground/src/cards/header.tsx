import type { ReactElement } from 'react';
import { Mark } from '../parts/icons.tsx';
import { network } from '../world/network.ts';
import { ownId, tabs } from '../world/presence.ts';
import { backToNormal, useFaultCount } from '../world/normal.ts';
import { useStore } from '../world/store.ts';

/** Opens this page once more, as a tab of its own that a script may close again. */
function openTab(): void {
  open(location.href, '_blank', 'noopener');
}

export function Header(): ReactElement {
  const own = useStore(tabs).find(({ id }) => id === ownId);
  const faults = useFaultCount();
  const { tabCut, allCut } = useStore(network.line);
  return (
    <header className="top">
      <div className="brand">
        <Mark />
        <div>
          <h1>sojourn</h1>
          <p>Keeps people signed in. Break it and see.</p>
        </div>
      </div>
      <div className="top-actions">
        {faults > 0 && (
          <button type="button" className="button alarm" onClick={backToNormal}>
            <span>
              {tabCut || allCut ? 'Unplugged' : faults === 1 ? '1 fault on' : `${faults} faults on`}
              <span className="wide-only">: back to normal</span>
            </span>
          </button>
        )}
        <span className="tab-name">{own?.number ? `Tab ${own.number}` : 'Tab'}</span>
        <button type="button" className="button" onClick={openTab}>
          Open another tab
        </button>
      </div>
    </header>
  );
}
