import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { needFullChromium } from './full-chromium.ts';
import { until } from './until.ts';
import { goBack } from './go-back.ts';
import { facts, inWorld, report, signedInTabs, untilFacts, type World } from './world.ts';

/** Goes elsewhere. The tab looked at the vault when it came to the front; it has to be done with that, as it is with people. */
async function leave(world: World, tab: Tab): Promise<void> {
  await tab.show();
  await until('it is in front', () =>
    tab.page.evaluate(() => document.visibilityState === 'visible' && document.hasFocus()),
  );
  await tab.page.evaluate(() => window.harness.quiet());
  await tab.page.goto(`${world.app.url}/elsewhere.html`);
}

/** After pageshow: when protected text was gone, and whether the first frame still had it. */
function afterReturn(
  tab: Tab,
): Promise<{ goneMs: number; firstFrame: { protectedText: boolean; afterMs: number } | null }> {
  return tab.page.evaluate(() => {
    const { log, firstFrame } = window.harness;
    const back = log.findLast((e) => e.type === 'page' && e.event === 'restored')?.at ?? NaN;
    const out = log.findLast((e) => e.type === 'state')?.at ?? NaN;
    return { goneMs: out - back, firstFrame };
  });
}

test('I4: a page with the SDK stays in the back/forward cache, misses a rotation there, and takes it over without a request', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [away, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    await leave(world, away);
    await other.page.evaluate(() => window.harness.session.refresh());
    await goBack(away);
    await untilFacts(away, { status: 'authenticated', generation: 1 });
    expect(await away.page.evaluate(() => window.harness.call())).toBe(200);
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 1 });
  }));

test('I4: so does one that a person has just used', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [away, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    await away.show();
    const isNoted = async (): Promise<boolean> => {
      await away.page.mouse.click(50, 50);
      const { deadline } = await facts(away);
      return deadline !== null && deadline > firstDeadline;
    };
    const firstDeadline = (await facts(away)).deadline ?? NaN;
    await until('the click counts as activity', isNoted);
    await leave(world, away);
    // A page that has left a transaction open would be thrown out of the cache by this one's writes.
    await other.page.evaluate(() => window.harness.session.refresh());
    await goBack(away);
    await untilFacts(away, { status: 'authenticated', generation: 1 });
    expect((await facts(away)).generation).toBe(1);
  }));

test('I3: somebody signs out in another tab, then goes back to a cached page: it shows that nobody is signed in', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [away, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    expect(await away.page.evaluate(() => window.harness.showsProtected())).toBe(true);
    await leave(world, away);
    await other.page.evaluate(() => window.harness.session.signOut());
    await goBack(away);
    await untilFacts(away, { status: 'unauthenticated', endReason: 'signed_out' });
    expect(await away.page.evaluate(() => window.harness.showsProtected())).toBe(false);
    const { goneMs, firstFrame } = await afterReturn(away);
    report(`signed out ${goneMs} ms after pageshow; first frame: ${JSON.stringify(firstFrame)}`);
    expect(goneMs).toBeLessThan(300);
  }));

test('I3: somebody signs out, goes elsewhere and comes back: the cached page shows that nobody is signed in', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [tab] = (await signedInTabs(world, 1)) as [Tab];
    await tab.page.evaluate(() => window.harness.session.signOut());
    await leave(world, tab);
    await goBack(tab);
    expect(await facts(tab)).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    expect(await tab.page.evaluate(() => window.harness.showsProtected())).toBe(false);
  }));

test('I2: a frozen tab misses the sign-out, and sends nothing with a token when it thaws', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [frozen, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    await frozen.page.evaluate(() => window.harness.keepCalling(2));
    await until('it calls', () => world.app.requests.length > 5);
    await frozen.freeze();
    await other.page.evaluate(() => window.harness.session.signOut());
    await frozen.thaw();
    await untilFacts(frozen, { status: 'unauthenticated', endReason: 'signed_out' });
    const late = await frozen.page.evaluate(() => {
      const { log } = window.harness;
      const resumed = log.findLastIndex((e) => e.type === 'page' && e.event === 'resume');
      return resumed < 0 ? ['it was never frozen'] : log.slice(resumed).filter((e) => e.type === 'token_request');
    });
    expect(late).toEqual([]);
  }));
