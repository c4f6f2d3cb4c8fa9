// From createSessionManager to ready at page load, beside a bare IndexedDB open + get of the same record at page load.
import { openLab } from './lab/lab.ts';
import type { Load } from './page/ready.ts';
import { comparison, inMs, verdict, type Part } from './row.ts';
import { interleaved, median } from './statistics.ts';

const rounds = 60;

export async function ready(): Promise<Part> {
  const lab = await openLab({ lifeSeconds: 3600, tokenMs: 0, idleSeconds: 1800 });
  try {
    const page = await lab.open('ready', 'setUp');
    await page.evaluate(() => globalThis.load);
    const loads: Load[] = [];
    const loadOf = async (run: 'ours' | 'floor'): Promise<number> => {
      await page.goto(lab.url('ready', run));
      const load = await page.evaluate(() => globalThis.load);
      if (run === 'ours') loads.push(load);
      return load.ms;
    };
    const times = await interleaved(
      { ours: () => loadOf('ours'), floor: () => loadOf('floor') },
      { rounds, warmUp: 5 },
    );
    const right = loads.filter(({ isHintRight }) => isHintRight).length;
    return {
      name: 'ready',
      about: `Chromium ${lab.browser}, medians of ${rounds} page loads each, profile on disk`,
      rows: [
        comparison(
          'ready: at page load, live record with keys',
          { ours: median(times.ours), floor: median(times.floor), show: inMs },
          1.5,
        ),
        {
          what: `ready: first paint, hint right in ${right} of ${loads.length} loads`,
          ours: inMs(median(loads.map(({ hintMs }) => hintMs))),
          floor: null,
          ratio: null,
          budget: 'at once',
          verdict: verdict(right === loads.length),
        },
      ],
    };
  } finally {
    await lab.close();
  }
}
