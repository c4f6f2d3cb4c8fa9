import { expect, test } from 'vitest';
import type { LiveRecord } from '../../src/client/core/record.ts';
import type { Tab } from './browser.ts';
import { failedRequests, inWorld, signIn, untilFacts } from './world.ts';

type Stolen = Pick<LiveRecord, 'accessToken' | 'refreshToken' | 'generation'>;

/** All that a script of the page can take along. */
function steal(tab: Tab): Promise<{ record: Stolen; elsewhere: string }> {
  return tab.page.evaluate(async () => {
    const { record } = await window.harness.stored();
    const elsewhere = [localStorage, sessionStorage, document.cookie, location.href]
      .map((place) => JSON.stringify(place))
      .join();
    return { record: record as unknown as Stolen, elsewhere };
  });
}

/** What somebody who takes the key itself finds: whether it can leave the page, and which key it is. */
function takeKey(tab: Tab): Promise<{ extractable: boolean; exported: string[]; publicKey: string }> {
  return tab.page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open(window.harness.place);
      opening.addEventListener('success', () => resolve(opening.result));
    });
    const { key } = await new Promise<{ key: CryptoKeyPair }>((resolve) => {
      const asked = database.transaction('vault').objectStore('vault').get('contents');
      asked.addEventListener('success', () => resolve((asked.result as { record: { key: CryptoKeyPair } }).record));
    });
    database.close();
    const formats = ['jwk', 'pkcs8', 'raw'] as const;
    const exported = await Promise.all(
      formats.map((format) =>
        crypto.subtle.exportKey(format, key.privateKey).then(
          () => 'it left the page',
          (error: DOMException) => error.name,
        ),
      ),
    );
    const { x = '' } = await crypto.subtle.exportKey('jwk', key.publicKey);
    return { extractable: key.privateKey.extractable, exported, publicKey: x };
  });
}

test('M1: tokens that a script takes along are refused elsewhere, and the person stays signed in', () =>
  inWorld({}, async ({ open, server }) => {
    const tab = await open('1');
    await signIn(tab);
    const { record, elsewhere } = await steal(tab);
    expect(elsewhere).not.toContain(record.accessToken);
    expect(elsewhere).not.toContain(record.refreshToken);
    const refresh = await fetch(`${server.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: record.refreshToken ?? '' }),
    });
    expect(await refresh.json()).toMatchObject({ code: 'invalid_dpop_proof' });
    for (const scheme of ['Bearer', 'DPoP']) {
      const headers = { Authorization: `${scheme} ${record.accessToken}` };
      expect((await fetch(`${server.url}/session`, { headers })).status).toBe(401);
    }
    await tab.page.evaluate(() => window.harness.session.refresh());
    expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
    const { events, refreshes } = await server.journal();
    expect(refreshes['rotated']).toBe(1);
    expect(events['session.reuse_detected']).toBeUndefined();
  }));

test('M1: access tokens in memory only: none is in any storage, and a reload gets another one first', () =>
  inWorld({}, async ({ open, server, browser, expectNoise }) => {
    expectNoise(failedRequests);
    const session = { accessTokens: 'memory' } as const;
    const [tab, other] = [await open('1', { session }), await open('2', { session })];
    await signIn(tab);
    await untilFacts(other, { status: 'authenticated' });
    for (const one of [tab, other]) {
      const token = await one.page.evaluate(() => window.harness.session.getAccessToken());
      const { record, elsewhere } = await steal(one);
      expect(JSON.stringify(record)).not.toContain(token);
      expect(elsewhere).not.toContain(token);
    }
    await tab.page.reload();
    await untilFacts(tab, { status: 'authenticated', user: 'user_ada' });
    expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
    await browser.setOffline(true);
    // Loaded from the browser's cache; a reload would ask the server of the app whether it is still good.
    await other.page.goto(other.page.url());
    await untilFacts(other, { status: 'authenticated', user: 'user_ada' });
    expect(await other.page.evaluate(() => window.harness.session.peekAccessToken())).toBeNull();
    expect(await other.page.evaluate(() => window.harness.call())).toMatch(/offline|network_error/);
    await browser.setOffline(false);
    await untilFacts(other, { freshness: 'fresh' });
    expect(await other.page.evaluate(() => window.harness.call())).toBe(200);
    expect((await server.journal()).events['session.reuse_detected']).toBeUndefined();
  }));

test('M2: the key stays through reloads and a restart of the browser, signs, and cannot be taken out of the page', () =>
  inWorld({}, async ({ open, browser }) => {
    const tab = await open('1');
    await signIn(tab);
    const before = await takeKey(tab);
    expect(before.extractable).toBe(false);
    expect(before.exported).toEqual(['InvalidAccessError', 'InvalidAccessError', 'InvalidAccessError']);
    await tab.page.reload();
    await untilFacts(tab, { status: 'authenticated' });
    expect(await takeKey(tab)).toEqual(before);
    await browser.restart();
    const later = await open('2');
    expect(await takeKey(later)).toEqual(before);
    await later.page.evaluate(() => window.harness.session.refresh());
    expect(await later.page.evaluate(() => window.harness.call())).toBe(200);
    // Another sign-in is another key.
    await later.page.evaluate(() => window.harness.session.signOut());
    await signIn(later);
    expect((await takeKey(later)).publicKey).not.toBe(before.publicKey);
  }));
