import { useSessionManager } from 'sojourn/react';
import { useState, type ReactElement } from 'react';
import { Card } from '../parts/card.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { troubleOf } from '../words/events.ts';
import { network } from '../world/network.ts';
import { server } from '../world/server-control.ts';
import { serverUrl } from '../world/server-url.ts';
import { useStore } from '../world/store.ts';

interface Outcome {
  good: boolean;
  line: string;
  body: string;
}

/** Calls the API as an app would, and counts what goes over the wire. */
export function Requests(): ReactElement {
  const manager = useSessionManager();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  async function send(count: number): Promise<void> {
    setBusy(true);
    const startedAt = performance.now();
    const calls = Array.from({ length: count }, () => call(manager.fetch));
    const results = await Promise.all(calls);
    const ms = Math.round(performance.now() - startedAt);
    const good = results.filter(({ ok }) => ok).length;
    const [first] = results;
    const line = count === 1 ? `${first?.line ?? ''}, ${ms} ms` : `${good} of ${count} worked, ${ms} ms`;
    setOutcome({ good: good === count, line, body: first?.body ?? '' });
    setBusy(false);
  }

  return (
    <Card title="Call the API" note="GET /session, with the token of this tab.">
      <div className="row">
        <button type="button" className="button small" disabled={busy} onClick={() => void send(1)}>
          Send one
        </button>
        <button type="button" className="button small" disabled={busy} onClick={() => void send(10)}>
          Send ten at once
        </button>
        <span role="status" className="outcome">
          {outcome && <StateDot tone={outcome.good ? 'good' : 'bad'}>{outcome.line}</StateDot>}
        </span>
      </div>
      {outcome?.body && (
        <details className="answer">
          <summary>The answer</summary>
          <pre tabIndex={0}>{outcome.body}</pre>
        </details>
      )}
      <Counts />
    </Card>
  );
}

async function call(fetch: (url: string) => Promise<Response>): Promise<{ ok: boolean; line: string; body: string }> {
  try {
    const response = await fetch(`${serverUrl}/session`);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const body = isJson ? JSON.stringify(JSON.parse(text), null, 2) : text;
    return { ok: response.ok, line: `${response.status} ${response.statusText}`, body };
  } catch (error) {
    const trouble = error instanceof TypeError ? 'the server cannot be reached' : troubleOf(error);
    return { ok: false, line: `Not sent: ${trouble}`, body: '' };
  }
}

const rows: ReadonlyArray<readonly [name: string, route: string]> = [
  ['Sign in', 'POST /sessions'],
  ['Refresh', 'POST /token'],
  ['Session', 'GET /session'],
  ['Activity', 'POST /session/touch'],
  ['Devices', 'GET /sessions'],
  ['Live events', 'GET /events'],
  ['Sign out', 'POST /revoke'],
];

function Counts(): ReactElement {
  const here = useStore(network.counts);
  const { status, requests, refreshes } = useStore(server);
  const isKnown = status === 'ready';
  return (
    <>
      <table className="counts">
        <caption className="visually-hidden">Requests, by what they are for</caption>
        <thead>
          <tr>
            <th scope="col">Requests</th>
            <th scope="col" className="number">
              This tab
            </th>
            <th scope="col" className="number">
              Server
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, route]) => (
            <tr key={route}>
              <th scope="row">
                {name} <code>{route}</code>
              </th>
              <td className="number">{here[route] ?? 0}</td>
              <td className="number">{isKnown ? (requests[route] ?? 0) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isKnown && (
        <p className="hint">
          At the server: {refreshes['rotated'] ?? 0} new tokens, {refreshes['replayed'] ?? 0} given again after a lost
          answer, {refreshes['ended:reuse_detected'] ?? 0} thefts.
        </p>
      )}
    </>
  );
}
