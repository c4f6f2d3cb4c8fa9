import { expect, test } from 'vitest';
import { facts, inWorld, untilFacts } from './world.ts';

/** Plain http, and a name that is not localhost: browsers give such a page no WebCrypto and no locks. */
const insecure = { host: 'app.test' };

function trySignIn(): Promise<string> {
  return window.harness.session.signIn({ username: 'ada', password: 'demo' }).then(
    ({ user }) => user.id,
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );
}

test('on plain http, who asks for tokens that are bound to a key is told that it needs https, and nobody is signed in', () =>
  inWorld(insecure, async ({ open, server }) => {
    for (const binding of ['all', 'refresh'] as const) {
      const tab = await open(binding, { session: { binding } });
      expect(await tab.page.evaluate(() => [isSecureContext, typeof crypto.subtle, location.protocol])).toEqual([
        false,
        'undefined',
        'http:',
      ]);
      expect(await tab.page.evaluate(trySignIn)).toMatch(/^not_supported: .*https \(or localhost\)/);
      expect(await facts(tab)).toMatchObject({ status: 'unauthenticated' });
    }
    expect((await server.journal()).events['session.created']).toBeUndefined();
  }));

test('on plain http, who asks for nothing is signed in with tokens that are not bound, and an event says so', () =>
  inWorld(insecure, async ({ open }) => {
    const [tab, other] = [await open('1'), await open('2')];
    expect(await tab.page.evaluate(trySignIn)).toBe('user_ada');
    await untilFacts(other, { status: 'authenticated', user: 'user_ada', persistence: 'persistent' });
    await tab.page.evaluate(() => window.harness.session.refresh());
    await untilFacts(other, { generation: 1 });
    expect(await other.page.evaluate(() => window.harness.call())).toBe(200);
    const told = (name: string): Promise<number> =>
      tab.page.evaluate(
        (wanted) => window.harness.log.filter((entry) => 'name' in entry && entry.name === wanted).length,
        name,
      );
    expect([await told('binding_unavailable'), await told('refreshed')]).toEqual([1, 1]);
    await tab.page.reload();
    await untilFacts(tab, { status: 'authenticated', user: 'user_ada', generation: 1 });
    expect(await told('binding_unavailable')).toBe(0);
    await tab.page.evaluate(() => window.harness.session.signOut());
    await untilFacts(other, { status: 'unauthenticated', endReason: 'signed_out' });
  }));
