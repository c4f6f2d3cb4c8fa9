import { useState, type ReactElement } from 'react';
import { Card } from '../parts/card.tsx';
import { Choice } from '../parts/choice.tsx';
import { clockTime } from '../words/times.ts';
import type { EventKind } from '../words/events.ts';
import { eventLog } from '../world/events.ts';
import { useStore } from '../world/store.ts';

const filters: ReadonlyArray<readonly [EventKind | 'all', string]> = [
  ['all', 'All'],
  ['session', 'Session'],
  ['token', 'Tokens'],
  ['trouble', 'Trouble'],
];

/** What the manager reported in this tab, newest first. */
export function Log(): ReactElement {
  const entries = useStore(eventLog);
  const [filter, setFilter] = useState<EventKind | 'all'>('all');
  const shown = entries.filter(({ kind }) => filter === 'all' || kind === filter);
  return (
    <Card
      title="What happened here"
      className="log-card"
      aside={
        <button type="button" className="link" onClick={() => eventLog.set([])} disabled={entries.length === 0}>
          Clear
        </button>
      }
    >
      <Choice legend="Show" quiet options={filters} value={filter} onChange={setFilter} />
      {/* Not a live region: a line every few seconds would talk over everything. Announcer says what matters. */}
      <ol className="log" tabIndex={0} aria-label="Events, newest first">
        {shown.length === 0 && <li className="empty">Nothing yet.</li>}
        {shown.map(({ id, at, kind, name, text }) => (
          <li key={id} className={kind}>
            <time dateTime={new Date(at).toISOString()}>{clockTime(at)}</time>
            <span>
              {text} <code>{name}</code>
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
