// A sign-out in one tab, seen in seven others, beside a raw BroadcastChannel message between the same tabs.
import type { Page } from 'playwright-core';
import { openLab } from './lab/lab.ts';
import type {} from './page/signout.ts';
import { comparison, inMs, type Part } from './row.ts';
import { interleaved, median } from './statistics.ts';

const rounds = 41;
const tabs = 8;
const settleMs = 120;

export async function signout(): Promise<Part> {
  const lab = await openLab({ lifeSeconds: 3600, tokenMs: 0, idleSeconds: 1800 });
  try {
    const first = await lab.open('signout');
    const others: Page[] = [];
    while (others.length < tabs - 1) others.push(await lab.open('signout'));
    const everyTab: Record<'ours' | 'floor', number[]> = { ours: [], floor: [] };

    /** From the post until the last of the others has seen it. */
    const seenByAll = async (kind: 'ours' | 'floor', postedAt: number): Promise<number> => {
      const name: 'signOut' | 'bare' = kind === 'ours' ? 'signOut' : 'bare';
      const times: number[] = [];
      for (const page of others) {
        await page.waitForFunction((which) => globalThis.tab.seen()[which] !== null, name);
        times.push(((await page.evaluate(() => globalThis.tab.seen()))[name] ?? 0) - postedAt);
      }
      everyTab[kind].push(...times);
      return Math.max(...times);
    };
    const prepare = async (): Promise<void> => {
      await first.evaluate(() => globalThis.tab.signIn());
      await Promise.all(others.map((page) => page.evaluate(() => globalThis.tab.signedIn())));
      await Promise.all(others.map((page) => page.evaluate(() => globalThis.tab.forget())));
      await first.waitForTimeout(settleMs);
    };
    // Both start from the same state: everybody signed in, and quiet.
    const ours = async (): Promise<number> => {
      await prepare();
      return seenByAll('ours', await first.evaluate(() => globalThis.tab.signOut()));
    };
    const floor = async (): Promise<number> => {
      await prepare();
      return seenByAll('floor', await first.evaluate(() => globalThis.tab.postBare()));
    };
    const times = await interleaved({ ours, floor }, { rounds, warmUp: 3 });
    const show = inMs;
    return {
      name: 'signout',
      about: `Chromium ${lab.browser}, ${tabs} tabs, medians of ${rounds} rounds`,
      rows: [
        comparison(
          'signout: seen in the last of 7 other tabs, from the post',
          { ours: median(times.ours), floor: median(times.floor), show },
          2,
        ),
        comparison(
          'signout: seen in one of them, from the post',
          { ours: median(everyTab.ours), floor: median(everyTab.floor), show },
          null,
        ),
      ],
    };
  } finally {
    await lab.close();
  }
}
