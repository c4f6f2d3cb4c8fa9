import { expect, test } from 'vitest';
import { createCanary } from './canary.ts';
import { inWorld, signIn } from './world.ts';

type Leak = [place: string, leak: (token: string) => unknown];

/** What careless pages do with a token. */
const pages: Leak[][] = [
  [],
  [
    ['the console', (token) => console.info('token', token)],
    ['the URL of a request', (token) => fetch(`/favicon.ico?token=${token}`)],
    ['a message', (token) => new BroadcastChannel('other').postMessage({ token })],
    ['an uncaught error', (token) => void Promise.reject(new Error(`refused: ${token}`))],
    [
      'window.devtools.state(1).token',
      (token) => Object.assign(window, { devtools: { state: new Map([['', { token }]]) } }),
    ],
    ['localStorage', (token) => localStorage.setItem('token', token)],
    ['sessionStorage', (token) => sessionStorage.setItem('token', token)],
    ['document.cookie', (token) => (document.cookie = `token=${token}`)],
    ['the address', (token) => history.replaceState(null, '', `#${token}`)],
    ['the document', (token) => document.body.append(token)],
  ],
  [
    ['the console', (token) => console.info({ deep: { token } })],
    ['a message', (token) => window.postMessage([token], '*')],
    ['history.state', (token) => history.pushState({ token }, '')],
  ],
  [['a message', (token) => new MessageChannel().port1.postMessage(token)]],
];

test('a token that shows up anywhere but in IndexedDB is noticed, and where it is; without one nothing is', () =>
  inWorld({}, async (world) => {
    world.expectLeak(/./);
    world.expectNoise(/refused: /);
    await signIn(await world.open('1'));
    for (const leaks of pages) {
      const tab = await world.open('2');
      const canary = createCanary();
      await canary.watch(tab.page, tab.devtools);
      await tab.page.reload();
      await tab.page.evaluate(() => window.harness.session.refresh());
      const token = await tab.page.evaluate(() => window.harness.session.getAccessToken());
      for (const [, leak] of leaks) await tab.page.evaluate(leak, token);
      const places = await canary.findings([tab.page]);
      for (const [place] of leaks) expect(places).toContain(place);
      if (leaks.length === 0) expect(places).toEqual([]);
      expect(canary.known()).toBeGreaterThan(1);
      await tab.close();
    }
  }));
