import { useSession } from 'sojourn/react';
import type { ReactElement } from 'react';
import { StateDot } from '../parts/state-dot.tsx';
import { endReasons } from '../words/end-reasons.ts';
import { farewell } from '../world/farewell.ts';
import { useStore } from '../world/store.ts';

/** Why nobody is signed in any more. Nothing for somebody who never was. */
export function EndNotice(): ReactElement | null {
  const reason = useSession((state) => (state.status === 'unauthenticated' ? state.endReason : null));
  const told = useStore(farewell);
  if (!reason) return null;
  const { title, text, calm } = endReasons[reason];
  return (
    <div className={calm ? 'notice' : 'notice alarm'} data-reason={reason}>
      <strong>{title}</strong>
      <p>{text}</p>
      {reason === 'signed_out' && told !== 'none' && (
        <p className="notice-state" role="status">
          {told === 'waiting' ? (
            <StateDot tone="warn">Waiting to tell the server</StateDot>
          ) : (
            <StateDot tone="good">The server knows</StateDot>
          )}
        </p>
      )}
    </div>
  );
}
