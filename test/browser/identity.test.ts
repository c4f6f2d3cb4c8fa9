import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { needFullChromium } from './full-chromium.ts';
import { until } from './until.ts';
import {
  failedRequests,
  inWorld,
  report,
  signedInTabs,
  signIn,
  untilFacts,
  type OpenOptions,
  type World,
} from './world.ts';

/** Ada's tab calls as fast as it can, every 7th call is refused and repeated; meanwhile grace signs in in another tab. */
async function changePerson(world: World, options: OpenOptions): Promise<[Tab, Tab]> {
  world.expectNoise(failedRequests);
  world.app.refuseEvery(7);
  const [first, second] = (await signedInTabs(world, 2, options)) as [Tab, Tab];
  await first.show();
  await first.page.evaluate(() => window.harness.keepCalling(4));
  await until('it is calling', () => world.app.requests.length > 50);
  await signIn(second, 'grace');
  await untilFacts(second, { user: 'user_grace' });
  return [first, second];
}

test('I5: grace signs in in tab 2, tab 1 ends: none of its requests ever carries her token', () =>
  inWorld({}, async (world) => {
    const [first, second] = await changePerson(world, { session: { onIdentityChange: 'end' } });
    await untilFacts(first, { status: 'unauthenticated', endReason: 'identity_changed' });
    for (let n = 0; n < 20; n++) expect(await second.page.evaluate(() => window.harness.call())).toBeTypeOf('number');
    expect(await first.page.evaluate(() => window.harness.call())).toBe('session_ended');
    await first.page.evaluate(() => window.harness.stopCalls());
    const sent = await first.page.evaluate(() =>
      window.harness.log.flatMap((e) => (e.type === 'token_request' ? [e.holder] : [])),
    );
    expect(sent).not.toContain('user_grace');
    const received = world.app.requests.filter(({ tab }) => tab === '1');
    expect(received.filter(({ holder }) => holder !== 'user_ada')).toEqual([]);
    expect(world.app.requests.filter(({ holder }) => holder === 'user_grace').length).toBeGreaterThanOrEqual(20);
    report(`${received.length} requests of tab 1, all with ada's token`);
  }));

test("I5: grace signs in in tab 2, tab 1 becomes hers: nothing that was asked for as ada carries grace's token", () =>
  inWorld({}, async (world) => {
    const [first] = await changePerson(world, {});
    await untilFacts(first, { user: 'user_grace' });
    await until('tab 1 calls as grace', () =>
      world.app.requests.some(({ tab, holder }) => tab === '1' && holder === 'user_grace'),
    );
    await first.page.evaluate(() => window.harness.stopCalls());
    const received = world.app.requests.filter(({ tab }) => tab === '1');
    expect(received.filter(({ as, holder }) => as !== holder)).toEqual([]);
    const order = await first.page.evaluate(() => {
      const { log } = window.harness;
      const told = log.findIndex((e) => e.type === 'event' && e.name === 'identity_changed');
      const sent = log.findIndex((e) => e.type === 'token_request' && e.holder === 'user_grace');
      const late = log.slice(told).filter((e) => e.type === 'token_request' && e.holder === 'user_ada');
      return { told, sent, late };
    });
    expect(order.told).toBeGreaterThan(-1);
    expect(order.sent).toBeGreaterThan(order.told);
    expect(order.late).toEqual([]);
    report(`${received.length} requests of tab 1, each with the token of the person it showed`);
  }));

test("I5: ada's requests are refused after grace has signed in: they are not repeated with grace's token", () =>
  inWorld({}, async (world) => {
    world.expectNoise(failedRequests);
    const [first, second] = (await signedInTabs(world, 2)) as [Tab, Tab];
    const held = world.app.hold();
    await first.page.evaluate(() => {
      const { harness } = window;
      Object.assign(window, { answers: Promise.all([harness.call(), harness.call(), harness.call()]) });
    });
    await until('they are on their way', () => held.waiting() === 3);
    await signIn(second, 'grace');
    await untilFacts(first, { user: 'user_grace' });
    held.release();
    const answers = await first.page.evaluate(() => (window as unknown as { answers: Promise<unknown[]> }).answers);
    expect(answers).toEqual(['identity_changed', 'identity_changed', 'identity_changed']);
    expect(await first.page.evaluate(() => window.harness.call())).toBe(200);
    expect(world.app.requests.map(({ as, holder }) => [as, holder])).toEqual([
      ['user_ada', 'user_ada'],
      ['user_ada', 'user_ada'],
      ['user_ada', 'user_ada'],
      ['user_grace', 'user_grace'],
    ]);
  }));

test("I5: ada's tab is frozen while grace signs in, and calls the moment it thaws: not with grace's token", (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [first, second] = (await signedInTabs(world, 2)) as [Tab, Tab];
    await first.page.evaluate(() => {
      const { harness } = window;
      const answer = new Promise((resolve) =>
        document.addEventListener('resume', () => resolve(harness.call()), { once: true }),
      );
      Object.assign(window, { answer });
    });
    await first.freeze();
    await signIn(second, 'grace');
    await first.thaw();
    expect(await first.page.evaluate(() => (window as unknown as { answer: Promise<unknown> }).answer)).toBe(
      'identity_changed',
    );
    await untilFacts(first, { user: 'user_grace' });
    expect(await first.page.evaluate(() => window.harness.call())).toBe(200);
    expect(world.app.requests.map(({ as, holder }) => [as, holder])).toEqual([['user_grace', 'user_grace']]);
  }));

test('I6: a tab in which nobody was signed in becomes signed in with the first', () =>
  inWorld({}, async (world) => {
    const [first, second] = (await world.openTabs(2)) as [Tab, Tab];
    await untilFacts(second, { status: 'unauthenticated', endReason: null });
    await signIn(first, 'alan');
    await untilFacts(second, { status: 'authenticated', user: 'user_alan' });
    expect(await second.page.evaluate(() => window.harness.call())).toBe(200);
  }));
