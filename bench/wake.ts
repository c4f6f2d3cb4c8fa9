// 1, 8 and 32 tabs wake at once with an expired token; the server takes 60 ms to renew it. The floor does the same by hand.
import type { Page } from 'playwright-core';
import { openLab, type Lab } from './lab/lab.ts';
import type { Woken } from './page/wake.ts';
import { inMs, verdict, type Part, type Row } from './row.ts';
import { interleaved, median } from './statistics.ts';

const rounds = 15;
const serverMs = 60;
const lifeSeconds = 300;
const stepMs = 3_600_000;
const settleMs = 250;
const atMost = 1.15;

export async function wake(): Promise<Part> {
  const rows: Row[] = [];
  let browser = '';
  for (const [tabs, slept] of [
    [1, false],
    [8, false],
    [32, false],
    [8, true],
  ] as const) {
    const lab = await openLab({ lifeSeconds, tokenMs: serverMs, idleSeconds: null });
    try {
      browser = lab.browser;
      rows.push(...(await rowsFor(lab, tabs, slept)));
    } finally {
      await lab.close();
    }
  }
  const about = `Chromium ${browser}, medians of ${rounds} rounds, ${serverMs} ms at the server, until the last tab has the token`;
  return { name: 'wake', about, rows };
}

async function rowsFor(lab: Lab, tabs: number, slept: boolean): Promise<Row[]> {
  const pages: Page[] = [];
  while (pages.length < tabs) pages.push(await lab.open('wake', slept ? 'slept' : ''));
  await pages[0]?.evaluate(() => globalThis.wakeTab.signIn());
  await Promise.all(pages.map((page) => page.evaluate(() => globalThis.wakeTab.signedIn())));

  const ours = new Outcome(lab, 'POST /token');
  const floor = new Outcome(lab, 'POST /floor/token');
  let aheadMs = 0;
  const times = await interleaved(
    {
      async ours() {
        const ahead = (aheadMs += stepMs);
        lab.server.setAhead(ahead);
        return ours.watch(pages, (page, moment) =>
          page.evaluate(([at, by]) => globalThis.wakeTab.ours(at, by), [moment, ahead] as const),
        );
      },
      floor: () => floor.watch(pages, (page, moment) => page.evaluate((at) => globalThis.wakeTab.floor(at), moment)),
    },
    { rounds, warmUp: 3 },
  );
  const [mine, bare] = [median(times.ours), median(times.floor)];
  const ratio = mine / bare;
  const isRight = ours.isOneEach() && floor.isOneEach();
  const isBudgeted = tabs === 8 && !slept;
  const name = `wake: ${tabs} tab${tabs === 1 ? '' : 's'}${slept ? ', the machine had slept' : ''}`;
  return [
    {
      what: `${name}, refreshes a round, same new token in all`,
      ours: ours.counted(),
      floor: floor.counted(),
      ratio: null,
      budget: 'exactly 1',
      verdict: verdict(isRight),
    },
    {
      what: `${name}, the last one`,
      ours: inMs(mine),
      floor: inMs(bare),
      ratio,
      budget: isBudgeted ? `${atMost}x` : null,
      verdict: isBudgeted ? verdict(ratio <= atMost) : 'info',
    },
  ];
}

/** Rounds of one kind: how often the server was asked, and whether all tabs ended with the same new token. */
class Outcome {
  readonly #lab: Lab;
  readonly #request: string;
  readonly #refreshes: number[] = [];
  #isSame = true;
  #before = '';

  constructor(lab: Lab, request: string) {
    this.#lab = lab;
    this.#request = request;
  }

  /** Wakes all pages at one moment; answers how long after it the last one had its token. */
  async watch(pages: Page[], run: (page: Page, moment: number) => Promise<Woken>): Promise<number> {
    await pages[0]?.waitForTimeout(settleMs);
    this.#lab.server.counts.clear();
    const moment = Date.now() + 100 + pages.length * 10;
    const woken = await Promise.all(pages.map((page) => run(page, moment)));
    // A request too many may come late.
    await pages[0]?.waitForTimeout(settleMs);
    const [first] = woken;
    this.#isSame &&= woken.every(({ token }) => token === first?.token && token !== this.#before);
    this.#before = first?.token ?? '';
    this.#refreshes.push(this.#lab.server.counts.get(this.#request) ?? 0);
    return Math.max(...woken.map(({ at }) => at)) - moment;
  }

  isOneEach(): boolean {
    return this.#isSame && this.#refreshes.every((count) => count === 1);
  }

  counted(): string {
    const most = Math.max(...this.#refreshes);
    const least = Math.min(...this.#refreshes);
    return `${least === most ? most : `${least} to ${most}`}${this.#isSame ? '' : ', tokens differ'}`;
  }
}
