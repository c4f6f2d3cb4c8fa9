import type { IdleState } from 'sojourn';
import { useIdle, useSessionManager } from 'sojourn/react';
import { useEffect, useState, type CSSProperties, type ReactElement } from 'react';
import { Card } from '../parts/card.tsx';
import { Toggle } from '../parts/toggle.tsx';
import { useNow } from '../parts/use-now.ts';
import { countdown } from '../words/times.ts';

/** How long until nobody counts as away. */
export function Activity(): ReactElement {
  const idle = useIdle();
  return (
    <Card title="Activity" note="A key, a click or a scroll in any tab starts it over. A refresh does not.">
      <Countdown idle={idle} />
      <Call disabled={idle.deadline === null} />
    </Card>
  );
}

function Countdown({ idle: { deadline, warnsAt, phase } }: { idle: IdleState }): ReactElement {
  const now = useNow();
  const known = deadline !== null && warnsAt !== null;
  const leftMs = known ? Math.max(0, deadline - now) : 0;
  const warningMs = known ? deadline - warnsAt : 0;
  return (
    <div className={phase === 'warning' ? 'gauge warning' : 'gauge'}>
      <p className="figure">
        {known ? (
          <>
            <b>{countdown(leftMs)}</b> <span>until you count as away; asks at {countdown(warningMs)}</span>
          </>
        ) : (
          <span>No limit is running</span>
        )}
      </p>
      <IdleBar leftMs={leftMs} warningMs={warningMs} key={known ? 'known' : 'none'} />
    </div>
  );
}

function IdleBar({ leftMs, warningMs }: { leftMs: number; warningMs: number }): ReactElement {
  // The longest that was left is the limit: nothing else says it here.
  const [limitMs, setLimitMs] = useState(leftMs);
  if (leftMs > limitMs) setLimitMs(leftMs);
  const places = {
    '--left': limitMs > 0 ? leftMs / limitMs : 0,
    '--warning': limitMs > 0 ? warningMs / limitMs : 0,
  } as CSSProperties;
  return (
    <div className="track idle" style={places} aria-hidden="true">
      <span className="left" />
      <span className="mark-warning" />
    </div>
  );
}

/** A lease against idleness, as a call or an upload holds one. */
function Call({ disabled }: { disabled: boolean }): ReactElement {
  const manager = useSessionManager();
  const [on, setOn] = useState(false);
  useEffect(() => (on && !disabled ? manager.hold('call') : undefined), [manager, on, disabled]);
  return (
    <Toggle
      on={on && !disabled}
      onChange={setOn}
      disabled={disabled}
      hint="It counts as activity for as long as it lasts."
    >
      I am in a call
    </Toggle>
  );
}
