import { useSession } from 'sojourn/react';
import type { ReactElement } from 'react';
import { Card } from '../parts/card.tsx';
import { Choice } from '../parts/choice.tsx';
import { Toggle } from '../parts/toggle.tsx';
import { network } from '../world/network.ts';
import { backToNormal, useFaultCount } from '../world/normal.ts';
import { server, type ServerMode } from '../world/server-control.ts';
import { useStore } from '../world/store.ts';
import { skew } from '../world/tab-clock.ts';
import { doom, freezeThisTab, killThisTab } from '../world/tab-faults.ts';

const modes: ReadonlyArray<readonly [ServerMode, string]> = [
  ['fine', 'Fine'],
  ['down', 'Down'],
  ['errors', 'Error 500'],
  ['limit', 'Limit 429'],
  ['page', 'Web page'],
  ['slow', '3 s late'],
];
const skews = [
  ['-600000', '10 min slow'],
  ['0', 'Right'],
  ['600000', '10 min fast'],
] as const;

/** Everything that goes wrong in the field, on a switch. */
export function Faults(): ReactElement {
  const count = useFaultCount();
  return (
    <Card
      title="Break something"
      note="None of it signs you out."
      className="faults"
      aside={
        <button type="button" className="link" onClick={backToNormal} disabled={count === 0}>
          Back to normal
        </button>
      }
    >
      <Plug />
      <ServerFaults />
      <TabFaults />
    </Card>
  );
}

function Plug(): ReactElement {
  const { tabCut, allCut } = useStore(network.line);
  return (
    <div className="group">
      <h3>Network</h3>
      <Toggle on={allCut} onChange={network.cutAll} hint="Nothing of this browser reaches the server.">
        Unplug all tabs
      </Toggle>
      <Toggle on={tabCut} onChange={network.cutTab} hint="The others go on, and share what they get.">
        Unplug this tab
      </Toggle>
    </div>
  );
}

function ServerFaults(): ReactElement {
  const { status, mode, drops } = useStore(server);
  const isReady = status === 'ready';
  return (
    <div className="group">
      <h3>Server</h3>
      <Choice
        legend="How the server answers"
        quiet
        options={modes}
        value={mode}
        onChange={(next) => void server.setMode(next)}
        disabled={!isReady}
      />
      <div className="row">
        <button
          type="button"
          className="button small"
          disabled={!isReady || drops}
          onClick={() => void server.dropNextRefresh()}
        >
          {drops ? 'The next answer gets lost' : 'Lose the answer to the next refresh'}
        </button>
      </div>
      {status === 'absent' && (
        <p className="hint">
          To break the server, start it with <code>--faults</code>.
        </p>
      )}
      {status === 'unreachable' && <p className="hint">The server does not run.</p>}
    </div>
  );
}

function TabFaults(): ReactElement {
  const isSignedIn = useSession((state) => state.status === 'authenticated');
  const { status, mode } = useStore(server);
  const { tabCut, allCut } = useStore(network.line);
  const skewMs = useStore(skew);
  const fate = useStore(doom);
  const canBreak = isSignedIn && status === 'ready' && mode === 'fine' && !tabCut && !allCut && fate === 'none';
  return (
    <div className="group">
      <h3>This tab</h3>
      <Choice
        legend="Clock of this tab"
        options={skews}
        value={String(skewMs)}
        onChange={(next) => skew.set(Number(next))}
      />
      <div className="row">
        <button type="button" className="button small" disabled={!canBreak} onClick={freezeThisTab}>
          {fate === 'freezing' ? 'Frozen …' : 'Freeze 15 s in mid-refresh'}
        </button>
        <button type="button" className="button small danger" disabled={!canBreak} onClick={killThisTab}>
          {fate === 'dying' ? 'Going …' : 'Kill in mid-refresh'}
        </button>
      </div>
    </div>
  );
}
