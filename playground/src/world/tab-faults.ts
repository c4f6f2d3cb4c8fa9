// What can be done to this tab from within: hang it, or end it, in the middle of a refresh.
import { network } from './network.ts';
import { server } from './server-control.ts';
import { session } from './session.ts';
import { fallSilent } from './silence.ts';
import { createStore, type Store } from './store.ts';

/** What this tab is about to suffer. */
export const doom: Store<'none' | 'freezing' | 'dying'> = createStore<'none' | 'freezing' | 'dying'>('none');

const answerHeldMs = 2500;
const freezeMs = 15_000;
/** Starts a refresh whose answer is held back, and runs `then` once the server has surely done its part. */
async function inMidRefresh(then: () => void): Promise<void> {
  await server.holdNextAnswer(answerHeldMs);
  const stop = network.onSent((route) => {
    if (route !== 'POST /token') return;
    stop();
    setTimeout(then, 600);
  });
  // It ends with the tab, or is told as an event.
  void session.refresh().catch(() => {});
}

/** Ends this tab without a goodbye, between the server's doing and its answer. */
export function killThisTab(): void {
  doom.set('dying');
  void inMidRefresh(() => {
    fallSilent();
    close();
    // A tab that no script opened may not be closed by one.
    setTimeout(() => location.replace('/gone.html'), 50);
  });
}

/** Hangs this tab while it holds the lock: the others wait a little, then go on without it. */
export function freezeThisTab(): void {
  doom.set('freezing');
  void inMidRefresh(() => {
    const end = performance.now() + freezeMs;
    while (performance.now() < end);
    doom.set('none');
  });
}
