import { watchEvents } from './world/events.ts';
import { watchFarewell } from './world/farewell.ts';
import { watchTabs } from './world/presence.ts';
import { watchServer } from './world/server-control.ts';
import { watchSteps } from './world/steps.ts';

/** Starts everything that watches. */
export function start(): void {
  watchEvents();
  watchFarewell();
  watchTabs();
  watchSteps();
  watchServer();
}
