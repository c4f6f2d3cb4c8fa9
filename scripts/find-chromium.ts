// Where a Chromium is, without installing one. The order is the promise of CONTRIBUTING.md.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

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
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const candidates = [...folders.flatMap((folder) => systemNames.map((name) => path.join(folder, name))), ...macPaths];
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
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
