import { expect, test } from 'vitest';
import type { LiveRecord } from '../../src/client/core/record.ts';
import { webKeys } from '../../src/client/platform/keys.ts';
import { startBrowser, type Tab } from './browser.ts';
import { rawClient, type RawRequest } from './raw-client.ts';
import { facts, inWorld, signIn, type World } from './world.ts';

/** The record of the vault as a thief takes it along: all of it but the key, which does not leave the browser. */
type Loot = Omit<LiveRecord, 'key'>;

function takeRecord(tab: Tab): Promise<Loot> {
  return tab.page.evaluate(async () => JSON.parse(JSON.stringify((await window.harness.stored()).record)) as Loot);
}

/** Puts a stolen record in the place of the tab's own one, with the tab's own key. */
function plantRecord(tab: Tab, loot: Loot): Promise<void> {
  return tab.page.evaluate(async (stolen) => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open(window.harness.place);
      opening.addEventListener('success', () => resolve(opening.result));
    });
    await new Promise((resolve) => {
      const transaction = database.transaction('vault', 'readwrite');
      const shelf = transaction.objectStore('vault');
      const asked = shelf.get('contents');
      asked.addEventListener('success', () => {
        const contents = asked.result as { record: { key: CryptoKeyPair } };
        shelf.put({ ...contents, record: { ...stolen, key: contents.record.key } }, 'contents');
      });
      transaction.addEventListener('complete', resolve);
    });
    database.close();
  }, loot);
}

/** The person from whom it was taken noticed nothing: signed in, renewed once by themselves, heard by the API. */
async function expectOwnerSignedIn(owner: Tab, { server }: World): Promise<void> {
  await owner.page.evaluate(() => window.harness.session.refresh());
  expect(await owner.page.evaluate(() => window.harness.call())).toBe(200);
  expect(await facts(owner)).toMatchObject({ status: 'authenticated', user: 'user_ada', generation: 1 });
  const { events, refreshes } = await server.journal();
  expect([refreshes['rotated'], events['session.reuse_detected'], events['session.ended']]).toEqual([
    1,
    undefined,
    undefined,
  ]);
}

test('a whole vault record in another browser, with the key of that browser, opens nothing; its owner stays signed in', () =>
  inWorld({}, async (world) => {
    const owner = await world.open('owner');
    await signIn(owner);
    const loot = await takeRecord(owner);
    expect(loot).toMatchObject({ kind: 'live', tokenType: 'DPoP' });
    expect(loot.accessToken.length * (loot.refreshToken?.length ?? 0)).toBeGreaterThan(0);
    const elsewhere = await startBrowser();
    try {
      const url = owner.page.url().replace('owner', 'thief');
      const thief = await elsewhere.open(url);
      await thief.page.evaluate(() => window.harness.session.ready());
      // A key of the thief's own, made by the product.
      await signIn(thief, 'grace');
      await plantRecord(thief, loot);
      await thief.page.reload();
      await thief.page.evaluate(() => window.harness.session.ready());
      // The page believes its storage; nobody else does.
      expect(await facts(thief)).toMatchObject({ status: 'authenticated', user: 'user_ada' });
      const outcome = await thief.page.evaluate(async (server) => {
        const { session } = window.harness;
        const codeOf = (error: { code: string }): string => error.code;
        const statusAt = async (place: string, headers: Record<string, string> = {}): Promise<number> =>
          (await fetch(await session.authorize(new Request(place, { headers })))).status;
        return {
          resourceServer: await statusAt(`${location.origin}/api/who`, { 'X-Tab': 'thief' }),
          sessionServer: await statusAt(`${server}/session`),
          tokenEndpoint: await session.refresh().then(() => 'renewed', codeOf),
          fetch: await session.fetch('/sessions').then(({ status }) => status, codeOf),
        };
      }, world.server.url);
      expect(outcome).toEqual({
        resourceServer: 401,
        sessionServer: 401,
        tokenEndpoint: 'invalid_dpop_proof',
        fetch: 'invalid_dpop_proof',
      });
    } finally {
      await elsewhere.close();
    }
    expect(world.app.requests.map(({ tab, holder, status }) => [tab, holder, status])).toEqual([
      ['thief', 'user_ada', 401],
    ]);
    await expectOwnerSignedIn(owner, world);
  }));

test('both tokens at a command line open nothing, with a key that is made for it either; their owner stays signed in', () =>
  inWorld({}, async (world) => {
    const owner = await world.open('owner');
    await signIn(owner);
    const { accessToken, refreshToken, pending } = await takeRecord(owner);
    const client = await rawClient();
    const keys = webKeys();
    const key = (await keys.create())!;
    const attemptKey = pending?.key ?? 'A'.repeat(22);
    const now = Date.now();
    const tokenUrl = `${world.server.url}/token`;
    const refreshProof = await keys.prove(key, {
      method: 'POST',
      url: tokenUrl,
      refreshToken: refreshToken ?? '',
      attemptKey,
      now,
    });
    const refresh = (headers: Record<string, string>): RawRequest => ({
      method: 'POST',
      url: tokenUrl,
      headers: { 'Idempotency-Key': `"${attemptKey}"`, ...headers },
      body: String(new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '' })),
    });
    for (const headers of [{}, { DPoP: refreshProof }]) {
      const { status, body } = await client.send(refresh(headers));
      expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([400, 'invalid_dpop_proof']);
    }
    for (const url of [`${world.app.url}/api/who`, `${world.server.url}/session`]) {
      const proof = await keys.prove(key, { method: 'GET', url, accessToken, now });
      const attempts = [
        { Authorization: `Bearer ${accessToken}` },
        { Authorization: `DPoP ${accessToken}` },
        { Authorization: `DPoP ${accessToken}`, DPoP: proof },
        { Authorization: `Bearer ${accessToken}`, DPoP: proof },
      ];
      for (const headers of attempts) expect((await client.send({ method: 'GET', url, headers })).status).toBe(401);
    }
    // It was the key, and not this way of asking.
    expect((await client.send({ method: 'GET', url: `${world.server.url}/health` })).status).toBe(200);
    await expectOwnerSignedIn(owner, world);
  }));
