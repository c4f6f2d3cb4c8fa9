import { expect, test } from 'vitest';
import { inWorld, signIn, untilFacts } from './world.ts';

/** As little as a page can have of a session: the cookie is out of reach, the access token is in no storage and not handed out. */
const least = { session: { tokens: 'hidden', cookies: true, accessTokens: 'memory' } } as const;

test('a page whose manager hides its tokens gets none from it and finds none in storage, and all that it does works', () =>
  inWorld({ server: ['--cookie'] }, async ({ open }) => {
    const [tab, other] = [await open('1', least), await open('2', least)];
    await signIn(tab);
    await untilFacts(other, { status: 'authenticated', user: 'user_ada' });
    for (const one of [tab, other]) {
      const got = await one.page.evaluate(async () => {
        const { session } = window.harness;
        const codeOf = (error: unknown): string => (error as { code: string }).code;
        const caught = async (ask: () => unknown): Promise<unknown> => {
          try {
            return await ask();
          } catch (error) {
            return codeOf(error);
          }
        };
        return [
          await caught(() => session.getAccessToken()),
          await caught(() => session.peekAccessToken()),
          await caught(() => session.authorize(new Request(`${location.origin}/api/who`))),
        ];
      });
      expect(got).toEqual(['not_supported', 'not_supported', 'not_supported']);
      expect(await one.page.evaluate(() => window.harness.call())).toBe(200);
      const stored = await one.page.evaluate(async () => JSON.stringify(await window.harness.stored()));
      expect(stored).toContain('user_ada');
      // How every JWT begins.
      expect(stored).not.toContain('eyJ');
    }
    await tab.page.evaluate(async () => {
      await window.harness.session.data.set('theme', 'dark');
      await window.harness.session.refresh();
    });
    expect(await other.page.evaluate(() => window.harness.session.data.get())).toEqual({ theme: 'dark' });
    await tab.page.reload();
    await untilFacts(tab, { status: 'authenticated', user: 'user_ada' });
    expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
  }));
