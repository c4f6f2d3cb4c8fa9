import type { SessionEvents } from 'sojourn';
import type { ReactElement } from 'react';
import { eventLog } from '../world/events.ts';
import { useStore } from '../world/store.ts';

/** Events that a person who cannot see the page wants to hear of. Refreshes are none. */
const worthSaying: ReadonlySet<keyof SessionEvents> = new Set<keyof SessionEvents>([
  'signed_in',
  'ended',
  'identity_changed',
  'connection_changed',
  'absolute_warning',
  'storage_degraded',
]);

/** Says the last thing of importance, when a screen reader has a pause. */
export function Announcer(): ReactElement {
  const text = useStore(eventLog).find(({ name }) => worthSaying.has(name))?.text ?? '';
  return (
    <p className="visually-hidden" role="status">
      {text}
    </p>
  );
}
