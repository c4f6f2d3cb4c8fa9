// Where a Chromium is, without installing one. The order is the promise of CONTRIBUTING.md.
import { findProgram, isExecutable } from './find-program.ts';

const systemNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const macPaths = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of the browser named by SOJOURN_CHROMIUM, else of one of the system's, else null. */
export function findChromium(): string | null {
  const named = process.env['SOJOURN_CHROMIUM'];
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(
      `SOJOURN_CHROMIUM is ${named}, and there is no program at that path. Correct it or unset it, then run again.`,
    );
  }
  return findProgram(...systemNames) ?? macPaths.find(isExecutable) ?? null;
}

/** What the browser is started with in tests: no sandbox (containers run as root), nothing of its own on the network. */
export const chromiumArgs: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
