import type { TimeStep } from '../steps.ts';
import type { World } from '../world.ts';

/** Lets time go on: while the machine is awake, while it sleeps, or on its clock only. */
export async function playTime(world: World, step: TimeStep): Promise<void> {
  const { clock, browser } = world;
  switch (step.do) {
    case 'wait':
      return clock.advance(step.ms);
    case 'sleep':
      clock.sleep(step.ms);
      world.wokeAt = clock.monotonic();
      browser.network.troubledAt = clock.now();
      // What came due while the machine slept runs a moment after it woke.
      return clock.advance(5);
    case 'set_clock':
      browser.skewMs += step.ms;
      browser.clockSetAt = clock.now();
      for (const { tab } of browser.pages) tab.clock.step(step.ms);
      return;
  }
}
