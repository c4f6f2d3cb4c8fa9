import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { failedRequests, facts, inWorld, signIn, untilFacts } from './world.ts';

const ownAccount = { session: { persistence: 'tab' } } as const;

function call(tab: Tab): Promise<number | string> {
  return tab.page.evaluate(() => window.harness.call());
}

test('N1: two accounts in two tabs: each keeps its own through reloads and refreshes, and signs out alone', () =>
  inWorld({}, async ({ open, app, server }) => {
    const [first, second] = [await open('1', ownAccount), await open('2', ownAccount)];
    await signIn(first, 'ada');
    await signIn(second, 'grace');
    const each = async (user: string, generation: number, tab: Tab): Promise<void> => {
      await untilFacts(tab, { status: 'authenticated', user, persistence: 'tab', generation });
      expect(await call(tab)).toBe(200);
    };
    for (let generation = 0; generation < 3; generation++) {
      await Promise.all([each('user_ada', generation, first), each('user_grace', generation, second)]);
      await Promise.all([first, second].map((tab) => tab.page.reload()));
      await Promise.all([each('user_ada', generation, first), each('user_grace', generation, second)]);
      await Promise.all([first, second].map((tab) => tab.page.evaluate(() => window.harness.session.refresh())));
    }
    expect(app.requests.filter(({ as, holder }) => as !== holder)).toEqual([]);
    expect(new Set(app.requests.map(({ tab, holder }) => `${tab} ${holder}`))).toEqual(
      new Set(['1 user_ada', '2 user_grace']),
    );
    await first.page.evaluate(() => window.harness.session.signOut());
    expect(await facts(first)).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    expect(await call(second)).toBe(200);
    expect((await server.journal()).refreshes).toEqual({ rotated: 6 });
  }));

test('N2: what is kept for a tab survives its reload, not the browser; what is kept for good survives both', () =>
  inWorld({}, async ({ open, browser }) => {
    const tab = await open('1', ownAccount);
    await signIn(tab, 'ada');
    await tab.page.reload();
    await untilFacts(tab, { status: 'authenticated', user: 'user_ada', persistence: 'tab' });
    const shared = await open('2');
    expect(await facts(shared)).toMatchObject({ status: 'unauthenticated', endReason: null });
    await signIn(shared, 'grace');
    await browser.restart();
    const [later, sharedLater] = [await open('1', ownAccount), await open('2')];
    expect(await facts(later)).toMatchObject({ status: 'unauthenticated', user: null });
    expect(await facts(sharedLater)).toMatchObject({ status: 'authenticated', user: 'user_grace' });
  }));

test('N4: the session ends while somebody types: the page and the text stay, and after signing in again it can be sent', () =>
  inWorld({}, async ({ open, app, server, expectNoise }) => {
    expectNoise(failedRequests);
    const tab = await open('1');
    await signIn(tab, 'ada');
    const { page } = tab;
    await page.evaluate(() => {
      const draft = document.createElement('textarea');
      draft.id = 'draft';
      document.body.append(draft);
    });
    await page.type('#draft', 'Dear committee, ');
    const before = await page.evaluate(() => [performance.timeOrigin, location.href]);
    await server.pass(31 * 60_000);
    app.pass(31 * 60_000);
    await page.type('#draft', 'I have written for an hour');
    expect(await call(tab)).toBe('session_ended');
    expect(await facts(tab)).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    await page.type('#draft', ', and go on.');
    const sent = app.requests.length;
    expect(await call(tab)).toBe('session_ended');
    expect(app.requests).toHaveLength(sent);
    await signIn(tab, 'ada');
    expect(await call(tab)).toBe(200);
    expect(app.requests.at(-1)).toMatchObject({ as: 'user_ada', holder: 'user_ada' });
    const after = await page.evaluate(() => [performance.timeOrigin, location.href]);
    expect(after).toEqual(before);
    expect(await page.$eval('#draft', (draft) => (draft as HTMLTextAreaElement).value)).toBe(
      'Dear committee, I have written for an hour, and go on.',
    );
  }));
