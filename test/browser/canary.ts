import type { CDPSession, Frame, Page } from 'puppeteer-core';
import { searchPage } from './page/search-page.ts';
import { tellTheTest } from './page/tell-the-test.ts';

/** Notices where tokens show up that they have no business in. IndexedDB is where they rest; everywhere else is a leak. */
export interface Canary {
  /** Listens to a tab from before its first page. */
  watch(page: Page, devtools: CDPSession): Promise<void>;
  /** Looks into the open tabs too, and tells every place in which a token of this test was seen. Never tells the token. */
  findings(pages: readonly Page[]): Promise<string[]>;
  /** How many tokens it knows. */
  known(): number;
}

/** A tab that is frozen, crashed or cut off does not answer. */
const patienceMs = 2000;

export function createCanary(): Canary {
  const tokens = new Set<string>();
  const seen = new Map<string, Set<string>>();
  const reading = new Set<Promise<unknown>>();

  function note(where: string, text: string): void {
    seen.set(where, (seen.get(where) ?? new Set()).add(text));
  }

  function later(work: Promise<unknown>): void {
    const settled = work.catch(() => {}).finally(() => reading.delete(settled));
    reading.add(settled);
  }

  async function watch(page: Page, devtools: CDPSession): Promise<void> {
    page.on('request', (request) => note('the URL of a request', request.url()));
    page.on('pageerror', (error) => note('an uncaught error', String((error as Error).stack ?? error)));
    page.on('console', (message) => {
      note('the console', `${message.text()} ${message.location().url ?? ''}`);
      for (const shown of message.args())
        if (shown.remoteObject().type === 'object')
          later(shown.jsonValue().then((value) => note('the console', JSON.stringify(value) ?? '')));
    });
    devtools.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === 'toldToken') tokens.add(payload);
      if (name === 'toldMessage') note('a message', payload);
    });
    await devtools.send('Runtime.enable');
    for (const name of ['toldToken', 'toldMessage']) await devtools.send('Runtime.addBinding', { name });
    await page.evaluateOnNewDocument(tellTheTest);
  }

  // URLs have it encoded.
  const isIn = (text: string): boolean =>
    [...tokens].some((token) => text.includes(token) || text.includes(encodeURIComponent(token)));

  const search = (frame: Frame): Promise<string[]> =>
    soon(
      frame.evaluate(searchPage, [...tokens]).catch(() => []),
      [],
    );

  return {
    watch,
    known: () => tokens.size,
    async findings(pages) {
      await soon(Promise.all([...reading]), []);
      const cookies = (await pages[0]?.browserContext().cookies()) ?? [];
      for (const { value, httpOnly } of cookies) if (httpOnly) tokens.add(value);
      const inPages = await Promise.all(pages.flatMap((page) => page.frames()).map(search));
      const heard = [...seen].filter(([, texts]) => isIn([...texts].join('\n'))).map(([where]) => where);
      return [...new Set([...heard, ...inPages.flat()])];
    },
  };
}

/** What comes within a moment. */
async function soon<T>(work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<T>((resolve) => (timer = setTimeout(resolve, patienceMs, otherwise)));
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
