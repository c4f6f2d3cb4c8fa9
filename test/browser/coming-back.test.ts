import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { needFullChromium } from './full-chromium.ts';
import { until } from './until.ts';
import { facts, inWorld, signedInTabs, untilFacts } from './world.ts';

test('I7: twenty times to another tab and back: no event, nothing rendered, no request', (context) =>
  inWorld({ server: ['--idle', '10m'] }, async (world) => {
    needFullChromium(world, context);
    const [first, second] = (await signedInTabs(world, 2, { session: { liveEvents: false } })) as [Tab, Tab];
    await first.page.evaluate(() => window.harness.quiet());
    const before = (await first.page.evaluate(() => window.harness.log)).length;
    const { requests } = await world.server.journal();
    for (let n = 0; n < 20; n++) {
      await second.show();
      await first.show();
    }
    await until('it is in front', () => first.page.evaluate(() => document.visibilityState === 'visible'));
    await first.page.evaluate(() => window.harness.quiet());
    const since = await first.page.evaluate((from) => window.harness.log.slice(from), before);
    expect(since.filter(({ type }) => type === 'page').length).toBeGreaterThanOrEqual(20);
    expect(since.filter(({ type }) => type !== 'page')).toEqual([]);
    expect((await world.server.journal()).requests).toEqual(requests);
  }));

test('J4: a hidden tab is shown again after the limit: signed out at once, by the clock and not by a late timer', (context) =>
  inWorld({ server: ['--idle', '3s'] }, async (world) => {
    needFullChromium(world, context);
    const [hidden] = (await signedInTabs(world, 1)) as [Tab];
    const { deadline } = await facts(hidden);
    const elsewhere = await world.browser.open(`${world.app.url}/elsewhere.html`);
    await elsewhere.show();
    await until('it is hidden', () => hidden.page.evaluate(() => document.visibilityState === 'hidden'));
    await hidden.freeze();
    await until('the limit has passed', () => Date.now() > (deadline ?? 0) + 500);
    await hidden.thaw();
    await hidden.show();
    await untilFacts(hidden, { status: 'unauthenticated', endReason: 'idle' });
    const late = await hidden.page.evaluate(() => {
      const { log } = window.harness;
      const back = log.findLastIndex((entry) => entry.type === 'page' && entry.event === 'resume');
      return log.slice(back).filter((entry) => entry.type === 'token_request' || entry.type === 'idle');
    });
    expect(late.filter(({ type }) => type === 'token_request')).toEqual([]);
  }));

test('J5: a tab that crashed while it held on to the session keeps nobody signed in', () =>
  inWorld({ server: ['--idle', '4s'] }, async (world) => {
    const [crashing, front] = (await signedInTabs(world, 2)) as [Tab, Tab];
    await crashing.page.evaluate(() => void window.harness.session.hold('an upload'));
    const from = (await facts(front)).deadline ?? Infinity;
    await until('it counts as activity', async () => ((await facts(front)).deadline ?? 0) > from + 2000);
    await crashing.crash();
    await untilFacts(front, { phase: 'warning' });
    const { deadline } = await facts(front);
    await untilFacts(front, { status: 'unauthenticated', endReason: 'idle' });
    expect(Date.now()).toBeGreaterThanOrEqual(deadline ?? Infinity);
    await crashing.close();
  }));
