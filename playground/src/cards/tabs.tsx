import type { ReactElement } from 'react';
import { Card } from '../parts/card.tsx';
import { StateDot, type Tone } from '../parts/state-dot.tsx';
import { seconds } from '../words/times.ts';
import { ownId, silentAfterMs, tabs, type TabView } from '../world/presence.ts';
import { useStore } from '../world/store.ts';
import { realNow } from '../world/tab-clock.ts';

/** All open tabs and what each of them knows. */
export function Tabs(): ReactElement {
  const list = useStore(tabs);
  const made = list.reduce((sum, { refreshesHere }) => sum + refreshesHere, 0);
  return (
    <Card
      title="Open tabs"
      note="One tab refreshes, all have the new token."
      aside={<span className="tag">{list.length}</span>}
    >
      <div className="scroll-x">
        <table className="tabs">
          <thead>
            <tr>
              <th scope="col">Tab</th>
              <th scope="col">State</th>
              <th scope="col">Token</th>
              <th scope="col" className="number">
                Refreshes
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map((tab) => (
              <Row key={tab.id} tab={tab} isAlone={list.length === 1} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                Refreshes by all tabs
              </th>
              <td className="number">{made}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </Card>
  );
}

function Row({ tab, isAlone }: { tab: TabView; isAlone: boolean }): ReactElement {
  const isOwn = tab.id === ownId;
  const [tone, text] = stateOf(tab);
  return (
    <tr className={isOwn ? 'own' : ''} data-tab={tab.number}>
      <th scope="row">
        Tab {tab.number ?? ''}
        {isOwn && <span className="hint">this one</span>}
      </th>
      <td>
        <StateDot tone={tone}>{text}</StateDot>
        <span className="hint">{tone === 'bad' ? 'frozen or gone' : troublesOf(tab).join(', ')}</span>
      </td>
      <td>
        {tab.generation === null ? (
          <span className="hint">none</span>
        ) : (
          <span key={tab.generation} className={isAlone ? 'generation' : 'generation flash'}>
            No. {tab.generation}
            <span className="hint">{tab.freshness}</span>
          </span>
        )}
      </td>
      <td className="number">{tab.refreshesHere}</td>
    </tr>
  );
}

function stateOf({ status, person, heardAt }: TabView): [Tone, string] {
  if (realNow() - heardAt > silentAfterMs) return ['bad', 'No answer'];
  if (status === 'authenticated') return ['good', person?.split(' ')[0] ?? 'Signed in'];
  return ['off', status === 'loading' ? 'Looking …' : 'Signed out'];
}

function troublesOf({ status, cut, skewMs, connection }: TabView): string[] {
  const clock = `clock ${skewMs > 0 ? '+' : '−'}${seconds(Math.abs(skewMs))}`;
  // Somebody who is signed out asks for nothing, and so learns nothing about the server.
  const isSuffering = connection !== 'online' && status === 'authenticated';
  return [...(cut ? ['unplugged'] : isSuffering ? [connection] : []), ...(skewMs === 0 ? [] : [clock])];
}
