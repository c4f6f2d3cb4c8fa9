// Reading a valid token: `await getAccessToken()` beside awaiting an async function that returns a variable.
import { openLab } from './lab/lab.ts';
import type {} from './page/token.ts';
import { comparison, inNs, verdict, type Part } from './row.ts';
import { median } from './statistics.ts';

const rounds = 60;
const peekAtMostNs = 100;

export async function token(): Promise<Part> {
  const lab = await openLab({ lifeSeconds: 3600, tokenMs: 0, idleSeconds: 1800 });
  try {
    const page = await lab.open('token');
    const times = await page.evaluate((count) => globalThis.measureTokens(count), rounds);
    const [ours, floor, peek] = [median(times.ours), median(times.floor), median(times.peek)];
    return {
      name: 'token',
      about: `Chromium ${lab.browser}, medians of ${rounds} rounds of 100,000 reads`,
      rows: [
        comparison('token: await getAccessToken(), valid', { ours, floor, show: inNs }, 2),
        comparison(
          'token: the same, floor with a look at the clock',
          { ours, floor: median(times.clocked), show: inNs },
          null,
        ),
        {
          what: 'token: peekAccessToken()',
          ours: inNs(peek),
          floor: null,
          ratio: null,
          budget: `${peekAtMostNs} ns`,
          verdict: verdict(peek < peekAtMostNs),
        },
      ],
    };
  } finally {
    await lab.close();
  }
}
