// Ten minutes in which nobody does anything: which timers are set, what is read, what is asked. The minutes are Playwright's.
import { openLab } from './lab/lab.ts';
import type {} from './page/idle.ts';
import { verdict, type Part } from './row.ts';

const idleMs = 600_000;
const shortestMs = 30_000;
const tabs = 2;
const settleMs = 1000;

export async function idle(): Promise<Part> {
  const lab = await openLab({ lifeSeconds: 3600, tokenMs: 0, idleSeconds: 1800 });
  try {
    await lab.context.clock.install();
    const pages = [await lab.open('idle'), await lab.open('idle')];
    await pages[0]?.evaluate(() => globalThis.idleTab.signIn());
    // What the sign-in began may end.
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    await lab.context.clock.runFor(settleMs);
    lab.server.counts.clear();
    for (const page of pages) await page.evaluate(() => globalThis.idleTab.start());
    const before = await pages[0]?.evaluate(() => Date.now());
    await lab.context.clock.runFor(idleMs);
    const after = await pages[0]?.evaluate(() => Date.now());
    if ((after ?? 0) - (before ?? 0) < idleMs) throw new Error('The page did not see ten minutes go by.');

    const notes = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.idleTab.notes())));
    const timers = notes.flatMap((each) => each.timers);
    const storage = notes.flatMap((each) => each.storage);
    const requests = [...lab.server.counts.values()].reduce((sum, count) => sum + count, 0);
    const shortest = timers.length === 0 ? null : Math.min(...timers);
    const none = { floor: null, ratio: null };
    return {
      name: 'idle',
      about: `Chromium ${lab.browser}, 10 minutes of page clock in ${tabs} tabs, 1 h tokens, no event stream`,
      rows: [
        {
          what: `idle: shortest of ${timers.length} timers pending or set in 10 minutes`,
          ours: shortest === null ? 'none' : `${(shortest / 1000).toFixed(0)} s`,
          ...none,
          budget: `${shortestMs / 1000} s or more`,
          verdict: verdict(shortest === null || shortest >= shortestMs),
        },
        {
          what: 'idle: storage reads and writes in 10 minutes',
          ours: String(storage.length),
          ...none,
          budget: 'none',
          verdict: verdict(storage.length === 0),
        },
        {
          what: 'idle: requests in 10 minutes',
          ours: String(requests),
          ...none,
          budget: 'none',
          verdict: verdict(requests === 0),
        },
      ],
    };
  } finally {
    await lab.close();
  }
}
