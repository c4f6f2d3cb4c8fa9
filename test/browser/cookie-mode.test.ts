import type { Cookie } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { startAppServer } from './app-server.ts';
import type { Tab } from './browser.ts';
import { until } from './until.ts';
import { facts, failedRequests, inWorld, signIn, untilFacts } from './world.ts';

const cookieServer = { server: ['--cookie'] };
const withCookies = { session: { cookies: true } } as const;

/** The browser's own view of its cookies, the hidden ones included. */
function jar(tab: Tab): Promise<Cookie[]> {
  return tab.page.browserContext().cookies();
}

/** All that scripts of a page can see of cookies. */
async function seenByScripts(tab: Tab): Promise<string> {
  return tab.page.evaluate(async () => {
    const { cookieStore } = window as unknown as { cookieStore?: { getAll(): Promise<unknown[]> } };
    return JSON.stringify([document.cookie, (await cookieStore?.getAll()) ?? [], await window.harness?.stored()]);
  });
}

test('the refresh token is in a cookie that no script, no other site and no other host gets, and nowhere else', () =>
  inWorld(cookieServer, async ({ open, browser, server, expectNoise }) => {
    expectNoise(/favicon/);
    const tab = await open('1', withCookies);
    await signIn(tab);
    const [cookie, ...others] = await jar(tab);
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({
      name: expect.stringMatching(/^__Host-Http-rt-[\w-]{11}\.[\w-]{8}$/) as string,
      // Without a dot in front: this host alone.
      domain: 'localhost',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
      session: true,
    });
    const value = cookie?.value ?? '';
    expect(value.length).toBeGreaterThan(40);
    expect(await seenByScripts(tab)).not.toContain(value);
    expect(await tab.page.evaluate(() => document.cookie)).toBe('');
    const onServer = await browser.open(`${server.url}/health`);
    expect(await onServer.page.evaluate(() => document.cookie)).toBe('');
    expect(await tab.page.evaluate(async () => (await window.harness.stored()).record)).toMatchObject({
      refreshToken: null,
    });
  }));

test('one that is remembered outlives the browser, one that is not does not', () =>
  inWorld(cookieServer, async ({ open }) => {
    const tab = await open('1', withCookies);
    await tab.page.evaluate(async () => {
      await window.harness.session.signIn({ username: 'ada', password: 'demo' }, { remember: true });
    });
    const [cookie] = await jar(tab);
    expect(cookie?.session).toBe(false);
    const daysLeft = ((cookie?.expires ?? 0) * 1000 - Date.now()) / 86_400_000;
    expect(daysLeft).toBeGreaterThan(29);
    expect(daysLeft).toBeLessThan(31);
  }));

test('reloads, a second tab and refreshes in both go on with it, and the sign-out takes it away', () =>
  inWorld(cookieServer, async ({ open, server }) => {
    const tab = await open('1', withCookies);
    await signIn(tab);
    const values = new Set((await jar(tab)).map(({ value }) => value));
    await tab.page.reload();
    await untilFacts(tab, { status: 'authenticated', user: 'user_ada' });
    const other = await open('2', withCookies);
    await untilFacts(other, { status: 'authenticated', user: 'user_ada' });
    for (const [generation, one] of [tab, other, tab].entries()) {
      await one.page.evaluate(() => window.harness.session.refresh());
      await untilFacts(tab, { generation: generation + 1 });
      await untilFacts(other, { generation: generation + 1 });
      for (const { value } of await jar(tab)) values.add(value);
    }
    // Rotated each time, and one cookie throughout.
    expect([values.size, (await jar(tab)).length]).toEqual([4, 1]);
    expect(await other.page.evaluate(() => window.harness.call())).toBe(200);

    const answered = tab.page.waitForResponse((answer) => answer.url().endsWith('/revoke') && answer.ok());
    await other.page.evaluate(() => window.harness.session.refresh());
    await tab.page.evaluate(() => window.harness.session.signOut());
    expect((await answered).headers()['clear-site-data']).toBe('"cache"');
    await untilFacts(other, { status: 'unauthenticated', endReason: 'signed_out' });
    await until('the cookie is gone', async () => (await jar(tab)).length === 0);
    // What tells the next page load that nobody is signed in was not cleared along with the cache.
    expect(await tab.page.evaluate(async () => (await window.harness.stored()).record?.kind)).toBe('ended');
    await tab.page.reload();
    await untilFacts(tab, { status: 'unauthenticated', endReason: 'signed_out' });
    expect((await server.journal()).events['session.reuse_detected']).toBeUndefined();
  }));

/** All that a page of another origin can send without being asked first. Resolves when everything is on its way. */
async function attack(server: string): Promise<void> {
  const forms: Record<string, string> = {
    '/token': 'grant_type=refresh_token',
    '/revoke': 'token_type_hint=refresh_token',
    '/sessions': JSON.stringify({ credentials: { username: 'grace', password: 'demo' } }),
  };
  const formsOf = (target: string): string =>
    Object.entries(forms)
      .map(([path, body]) => {
        const [name = '', value = ''] = body.split('=');
        const type = body.startsWith('{') ? 'text/plain' : 'application/x-www-form-urlencoded';
        const input = document.createElement('input');
        input.name = name;
        input.setAttribute('value', value);
        const field = input.outerHTML;
        return `<iframe name="${target}${path}"></iframe><form method="post" enctype="${type}" action="${server}${path}" target="${target}${path}">${field}</form>`;
      })
      .join('');
  const submit = '<script>for (const form of document.forms) form.submit();</script>';
  const frameOf = (attributes: string, content: string): HTMLIFrameElement => {
    const holder = document.createElement('div');
    holder.innerHTML = `<iframe ${attributes}></iframe>`;
    const frame = holder.firstChild as HTMLIFrameElement;
    frame.srcdoc = content;
    document.body.append(frame);
    return frame;
  };
  frameOf('', formsOf('plain') + submit);
  const sends = `<script>
    for (const [path, body] of Object.entries(${JSON.stringify(forms)}))
      fetch(${JSON.stringify(server)} + path, { method: 'POST', mode: 'no-cors', credentials: 'include', body }).catch(() => {});
  </script>`;
  frameOf('sandbox="allow-scripts allow-forms"', formsOf('boxed') + submit + sends);
  for (const [path, body] of Object.entries(forms)) {
    const init = { method: 'POST', mode: 'no-cors', credentials: 'include', body } as const;
    await fetch(server + path, init).catch(() => {});
    new Image().src = `${server}${path}`;
  }
}

test.each([
  ['of another site', '127.0.0.1', false],
  ['of another port of the same host, whose requests carry the cookie,', 'localhost', true],
])('what a page %s sends changes nothing: forms, requests without CORS, sandboxed frames', (_, host, hasCookie) =>
  inWorld(cookieServer, async ({ open, browser, server, expectNoise }) => {
    expectNoise(failedRequests);
    const owner = await open('owner', withCookies);
    await signIn(owner);
    const before = await jar(owner);
    const evil = await startAppServer();
    try {
      const { page, devtools } = await browser.open(`${evil.url.replace('localhost', host)}/elsewhere.html`);
      let cookies = 0;
      await devtools.send('Network.enable');
      devtools.on('Network.requestWillBeSentExtraInfo', ({ headers }) => {
        if (headers['Cookie']?.includes('__Host-Http-rt')) cookies += 1;
      });
      const { answers: atFirst } = await server.journal();
      await page.evaluate(attack, server.url);
      // Three addresses: by form, by form in a sandbox, by request, by request in a sandbox.
      const refused = async (): Promise<number[]> => {
        const { answers } = await server.journal();
        return ['/token', '/revoke', '/sessions'].map((path) => answers[`POST ${path} 403`] ?? 0);
      };
      await until('everything was refused', async () => (await refused()).every((count) => count === 4));
      const { answers, events, refreshes } = await server.journal();
      for (const path of ['/token', '/revoke', '/sessions'])
        for (const status of [200, 201]) {
          const name = `POST ${path} ${status}`;
          expect([name, answers[name]]).toEqual([name, atFirst[name]]);
        }
      expect([refreshes, events['session.ended'], events['session.created']]).toEqual([{}, undefined, 1]);
      expect(await jar(owner)).toEqual(before);
      expect(cookies > 0).toBe(hasCookie);
    } finally {
      await evil.close();
    }
    await owner.page.evaluate(() => window.harness.session.refresh());
    expect(await facts(owner)).toMatchObject({ status: 'authenticated', user: 'user_ada', generation: 1 });
  }),
);
