// The five things worth seeing, ticked off as they happen, in whichever tab.
import type { Readable } from 'sojourn';
import { createKept } from './kept.ts';
import { isCut } from './network.ts';
import { tabs } from './presence.ts';
import { session } from './session.ts';

export type Step = 'sign_in' | 'tabs' | 'refresh' | 'offline' | 'sign_out';

const kept = createKept('browser', 'steps', '');

/** The steps that were seen to happen. */
export const steps: Readable<string> & { startOver(): void } = {
  getState: kept.getState,
  subscribe: kept.subscribe,
  startOver: () => kept.set(''),
};

export function isDone(done: string, step: Step): boolean {
  return done.split(' ').includes(step);
}

function tick(step: Step): void {
  if (!isDone(kept.getState(), step)) kept.set(`${kept.getState()} ${step}`.trim());
}

const tabsNeeded = 3;
const liveTabs = (): number => tabs.getState().filter(({ status }) => status === 'authenticated').length;

/** Watches for them. */
export function watchSteps(): void {
  const look = (): void => {
    const isSignedIn = session.getState().status === 'authenticated';
    if (isSignedIn) tick('sign_in');
    if (isSignedIn && liveTabs() >= tabsNeeded) tick('tabs');
    if (isSignedIn && isCut()) tick('offline');
  };
  session.subscribe(look);
  tabs.subscribe(look);
  session.on('refreshed', () => {
    if (liveTabs() >= 2) tick('refresh');
  });
  session.on('ended', ({ reason }) => {
    if (reason === 'signed_out' && tabs.getState().length > 1) tick('sign_out');
  });
  look();
}
