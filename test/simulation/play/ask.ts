import type { Page } from '../browser.ts';
import { begin, runningPage } from '../pages.ts';
import type { World } from '../world.ts';

/** Asks a running tab for something, and keeps an eye on how long the answer takes. */
export async function ask(world: World, at: number, what: string, work: (page: Page) => Promise<void>): Promise<void> {
  const page = runningPage(world, at);
  if (!page) return;
  // To hand over a pair may come to nothing, and then the tab hears of nothing.
  if (what !== 'adopt') page.stirredAt = world.clock.now();
  begin(world, page, what, work(page));
  await world.clock.settle();
}
