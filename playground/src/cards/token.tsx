import type { TokenState } from 'sojourn';
import { useSessionManager, useToken } from 'sojourn/react';
import { useState, type CSSProperties, type ReactElement } from 'react';
import { Card } from '../parts/card.tsx';
import { useNow } from '../parts/use-now.ts';
import { useTask } from '../parts/use-task.ts';
import { clockTime, seconds } from '../words/times.ts';

/** How long the access token lasts, and when the next one comes. */
export function Token(): ReactElement {
  const manager = useSessionManager();
  const token = useToken();
  const { busy, trouble, run } = useTask();
  // What went wrong with one token is over once the next one is there.
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const isThere = token.freshness !== 'none';
  return (
    <Card
      title="Access token"
      className="token"
      aside={<span className="tag">{token.generation === null ? 'none yet' : `number ${token.generation}`}</span>}
    >
      <Gauge token={token} />
      <div className="row spread">
        <p className="caption">{captionOf(token)}</p>
        <button
          type="button"
          className="button small"
          disabled={!isThere || busy || token.refreshing}
          onClick={() => {
            setAskedAt(token.generation);
            run(manager.refresh);
          }}
        >
          {token.refreshing ? 'Refreshing …' : 'Refresh now'}
        </button>
      </div>
      <p className="trouble" role="alert">
        {trouble && askedAt === token.generation && `Not refreshed: ${trouble}.`}
      </p>
    </Card>
  );
}

function captionOf({ freshness, refreshAt }: TokenState): string {
  if (freshness === 'none') return 'Comes with signing in.';
  if (freshness === 'expired') return 'Expired. A new one comes when the server can be reached.';
  return refreshAt === null ? 'No refresh is planned.' : `Next refresh planned at ${clockTime(refreshAt)}.`;
}

function Gauge({ token }: { token: TokenState }): ReactElement {
  const now = useNow();
  const { issuedAt, expiresAt, refreshAt, generation } = token;
  const known = issuedAt !== null && expiresAt !== null;
  const lifeMs = known ? expiresAt - issuedAt : 1;
  const isPlanned = known && refreshAt !== null && refreshAt < expiresAt;
  const leftMs = known ? Math.max(0, expiresAt - now) : 0;
  const part = (at: number): number => (known ? Math.min(1, Math.max(0, (at - issuedAt) / lifeMs)) : 0);
  const places = {
    '--now': known ? part(now) : 0,
    '--refresh': refreshAt === null ? 1 : part(refreshAt),
  } as CSSProperties;
  return (
    <div className={known ? 'gauge' : 'gauge empty'} style={places}>
      <p className="figure">
        {known ? (
          <>
            <b>{seconds(leftMs)}</b> <span>left of {seconds(Math.ceil(lifeMs / 1000) * 1000)}</span>
          </>
        ) : (
          <span>No token</span>
        )}
      </p>
      <div
        key={generation}
        className="track"
        role="meter"
        aria-label="Life of the access token"
        aria-valuemin={0}
        aria-valuemax={known ? Math.round(lifeMs / 1000) : 1}
        aria-valuenow={Math.round(leftMs / 1000)}
        aria-valuetext={known ? `${seconds(leftMs)} left` : 'no token'}
      >
        <span className="spent" />
        {isPlanned && <span className="mark-refresh" />}
      </div>
      <p className="scale" aria-hidden="true">
        <span>{known ? 'issued' : ''}</span>
        {isPlanned && <span className="scale-refresh">refresh</span>}
        <span>{known ? 'expires' : ''}</span>
      </p>
    </div>
  );
}
