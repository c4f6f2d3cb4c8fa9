import { forgetActivity } from '../pages.ts';
import type { FaultStep } from '../steps.ts';
import type { World } from '../world.ts';

/** Spoils or mends the storage of every tab. */
export function setStorage({ browser, clock, truth }: World, how: Extract<FaultStep, { do: 'storage' }>['how']): void {
  const now = clock.now();
  browser.troubledAt = now;
  browser.lockTroubledAt = now;
  browser.storageFine = how === 'fine';
  if (how !== 'fine') for (const page of browser.pages) forgetActivity(page, now);
  const lost = how === 'clear' || how === 'corrupt';
  if (lost) browser.storageLostAt = now;
  // Somebody was just handed an older pair, and what would have told is gone.
  for (const one of truth.sessions.values()) if (lost && now - one.adoptedAt < 5000) one.confused = true;
  for (const vault of new Set([browser.tabs.vault, ...browser.pages.map((page) => page.vault)])) {
    if (how === 'fine') vault.heal();
    else if (how === 'slow') vault.slow(() => 200);
    else if (how === 'refuse_writes') vault.refuse('update');
    else if (how === 'refuse_next') vault.refuse(undefined, 1);
    else if (how === 'hang') vault.hang();
    else if (how === 'clear') vault.clear();
    else vault.corrupt();
  }
}
