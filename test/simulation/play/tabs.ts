import { gone, pageAt, runningPage } from '../pages.ts';
import type { TabStep } from '../steps.ts';
import type { World } from '../world.ts';

/** Opens tabs, takes them away, or does to them what browsers do. */
export async function playTab(world: World, step: TabStep): Promise<void> {
  const { clock, browser } = world;
  const now = clock.now();
  switch (step.do) {
    case 'open':
      if (browser.pages.length < 8) browser.open(step.skewMs);
      browser.skewed ||= step.skewMs !== 0;
      return clock.settle();
    case 'duplicate':
      if (browser.pages.length < 8) browser.open();
      return clock.settle();
    case 'close_all':
      for (const page of [...browser.pages]) gone(world, page, 'close');
      browser.troubledAt = now;
      return;
    case 'reload':
    case 'crash':
    case 'close': {
      const page = pageAt(world, step.at);
      if (!page) return;
      gone(world, page, step.do === 'crash' ? 'crash' : 'close');
      browser.troubledAt = now;
      if (step.do === 'reload') browser.open(0, world.setting.vault === 'tab' ? page.vault : undefined);
      return clock.settle();
    }
    case 'freeze':
    case 'stall':
    case 'leave': {
      const page = runningPage(world, step.at);
      if (!page) return;
      browser.troubledAt = now;
      page.runningSince = null;
      if (step.do !== 'leave') browser.lockTroubledAt = now;
      page.visible = step.do === 'leave' ? false : page.visible;
      if (step.do === 'freeze') page.tab.freeze();
      else if (step.do === 'stall') page.tab.stall();
      else page.tab.cache();
      page.cached = step.do === 'leave';
      page.stalled = step.do === 'stall';
      return;
    }
    case 'thaw': {
      const held = browser.pages.filter(({ tab }) => tab.state === 'held');
      const page = held[step.at % Math.max(1, held.length)];
      if (!page) return;
      if (page.stalled) page.tab.unstall();
      else page.tab.thaw();
      page.visible ||= page.cached;
      page.cached = false;
      page.runningSince = clock.monotonic();
      if (!page.stalled) page.stirredAt = now;
      page.stalled = false;
      return clock.settle();
    }
    case 'look': {
      const page = runningPage(world, step.at);
      if (!page) return;
      for (const one of browser.pages) {
        if (one === page || one.tab.state !== 'running' || !one.visible) continue;
        one.visible = false;
        one.tab.platform.setVisible(false);
      }
      page.visible = true;
      page.stirredAt = now;
      page.tab.platform.setVisible(true);
      return clock.settle();
    }
    case 'throttle': {
      const page = runningPage(world, step.at);
      page?.tab.throttle(page.visible ? 0 : step.ms);
      return;
    }
  }
}
