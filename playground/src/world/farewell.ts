// Signing out ends the session here at once; the server is told when it can be reached. This is how far that has come.
import type { Readable } from 'sojourn';
import { createKept } from './kept.ts';
import { network } from './network.ts';
import { session } from './session.ts';

/** `none`: nobody signed out; `waiting`: the server does not know yet; `told`: it does. Shared by all tabs. */
export type Farewell = 'none' | 'waiting' | 'told';

const kept = createKept('browser', 'farewell', 'none');

export const farewell: Readable<Farewell> = {
  getState: (): Farewell => kept.getState() as Farewell,
  subscribe: kept.subscribe,
};

/** Watches for the server taking a revocation, and for somebody signing in anew. */
export function watchFarewell(): void {
  network.onAnswered((route, status) => {
    if (route === 'POST /revoke' && status === 200 && kept.getState() === 'waiting') kept.set('told');
  });
  session.on('signed_in', () => kept.set('none'));
}

/** Signs out in every tab of this browser. */
export async function signOut(): Promise<void> {
  kept.set('waiting');
  await session.signOut();
}
