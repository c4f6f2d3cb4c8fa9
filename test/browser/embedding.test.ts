import type { Frame } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { needFullChromium } from './full-chromium.ts';
import type { PageOptions } from './page/harness.ts';
import { until } from './until.ts';
import { facts, inWorld, signIn, untilFacts, type World } from './world.ts';

/** Puts the app into a frame of another page; resolves once it knows who is signed in. */
async function embed(host: Tab, world: World, attributes: Record<string, string>): Promise<Frame> {
  const options: PageOptions = { server: world.server.url, tab: 'frame' };
  const src = `${world.app.url}/?page=${encodeURIComponent(JSON.stringify(options))}`;
  await host.page.evaluate(
    (given) => {
      const frame = document.createElement('iframe');
      for (const [name, value] of Object.entries(given)) frame.setAttribute(name, value);
      document.body.append(frame);
    },
    { ...attributes, src },
  );
  const frame = await until('the frame is there', () => host.page.frames().find((each) => each.url() === src));
  await until('the app has started in it', () => frame.evaluate(() => window.harness !== undefined).catch(() => false));
  await frame.evaluate(() => window.harness.session.ready());
  return frame;
}

test('H10: in a sandboxed frame, where storage and locks throw, it works in memory', () =>
  inWorld({}, async (world) => {
    const host = await world.browser.open(`${world.app.url}/elsewhere.html`);
    const frame = await embed(host, world, { sandbox: 'allow-scripts' });
    expect(await frame.evaluate(() => window.harness.facts())).toMatchObject({
      status: 'unauthenticated',
      endReason: null,
      persistence: 'memory',
    });
  }));

test('H10: in a sandboxed frame it signs in, refreshes and signs out in memory, where the server lists such frames', () =>
  inWorld({ server: ['--origin', 'null'] }, async (world) => {
    const host = await world.browser.open(`${world.app.url}/elsewhere.html`);
    const frame = await embed(host, world, { sandbox: 'allow-scripts' });
    await frame.evaluate(async () => {
      await window.harness.session.signIn({ username: 'grace', password: 'demo' });
      await window.harness.session.refresh();
    });
    const call = async (url: string): Promise<number> => (await window.harness.session.fetch(url)).status;
    expect(await frame.evaluate(call, `${world.server.url}/session`)).toBe(200);
    expect(await frame.evaluate(() => window.harness.facts())).toMatchObject({
      user: 'user_grace',
      persistence: 'memory',
      generation: 1,
    });
    await frame.evaluate(() => window.harness.session.signOut());
    expect(await frame.evaluate(() => window.harness.facts())).toMatchObject({ status: 'unauthenticated' });
  }));

test('H10: in a third-party frame it shares nothing with the site, and works', () =>
  inWorld({}, async (world) => {
    await signIn(await world.open('first party'), 'ada');
    const host = await world.browser.open(`${world.app.url.replace('localhost', '127.0.0.1')}/elsewhere.html`);
    const frame = await embed(host, world, {});
    expect(await frame.evaluate(() => window.harness.facts())).toMatchObject({
      status: 'unauthenticated',
      endReason: null,
    });
    await frame.evaluate(async () => {
      await window.harness.session.signIn({ username: 'grace', password: 'demo' });
    });
    expect(await frame.evaluate(() => window.harness.call())).toBe(200);
    expect(await frame.evaluate(() => window.harness.facts())).toMatchObject({ user: 'user_grace' });
  }));

test('H10: in a third-party frame whose storage is blocked it works in memory', (context) =>
  inWorld(
    { chromium: ['--disable-features=ThirdPartyStoragePartitioning', '--test-third-party-cookie-phaseout'] },
    async (world) => {
      needFullChromium(world, context);
      const host = await world.browser.open(`${world.app.url.replace('localhost', '127.0.0.1')}/elsewhere.html`);
      const frame = await embed(host, world, {});
      expect(await frame.evaluate(() => window.harness.facts())).toMatchObject({
        status: 'unauthenticated',
        persistence: 'memory',
      });
      await frame.evaluate(async () => {
        await window.harness.session.signIn({ username: 'grace', password: 'demo' });
      });
      await frame.evaluate(() => window.harness.session.refresh());
      expect(await frame.evaluate(() => window.harness.call())).toBe(200);
      expect(await frame.evaluate(() => window.harness.facts())).toMatchObject({ user: 'user_grace', generation: 1 });
    },
  ));

test('M6: under the strictest content security policy everything works', () =>
  inWorld({}, async (world) => {
    const tab = await world.open('strict', { path: '/strict' });
    await signIn(tab, 'ada');
    await tab.page.evaluate(() => window.harness.session.refresh());
    expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
    await tab.page.reload();
    await untilFacts(tab, { status: 'authenticated', generation: 1 });
    await tab.page.evaluate(() => window.harness.session.signOut());
    expect(await facts(tab)).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
  }));

test('M6: the policy of that page is in force', () =>
  inWorld({}, async (world) => {
    world.expectNoise(/requires 'TrustedHTML' assignment/);
    const tab = await world.open('strict', { path: '/strict' });
    const refused = await tab.page.evaluate(() => {
      try {
        document.body.innerHTML = '<b>text</b>';
        return 'allowed';
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(refused).toBe('TypeError');
  }));
