// Brings a Chromium: the one named in the environment, the system's, Debian's package, then npm's headless shell.
import { spawnSync } from 'node:child_process';
import sparticuz from '@sparticuz/chromium';
import { findChromium } from './find-chromium.ts';
import { installWithApt } from './install-with-apt.ts';

export interface Provisioned {
  /** Null: none could be had. */
  path: string | null;
  /** What was found, in one line. */
  line: string;
}

export async function provisionChromium(): Promise<Provisioned> {
  const origin = process.env['SOJOURN_CHROMIUM'] ? 'named by SOJOURN_CHROMIUM' : 'of the system';
  try {
    const found = findChromium();
    if (found !== null) return describe(found, origin);
  } catch (error) {
    return none(error);
  }

  if (installWithApt('Chromium', ['chromium'])) {
    const installed = findChromium();
    if (installed !== null) return describe(installed, "Debian's package, installed just now");
  }
  try {
    return describe(
      await sparticuz.executablePath(),
      "npm's @sparticuz/chromium, a headless shell without hidden tabs",
    );
  } catch (error) {
    return none(error);
  }
}

function none(error: unknown): Provisioned {
  return { path: null, line: `No Chromium: ${error instanceof Error ? error.message : String(error)}` };
}

/** A browser that does not start is no browser. */
function describe(path: string, origin: string): Provisioned {
  const { status, stdout, error } = spawnSync(path, ['--no-sandbox', '--version'], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  const version = /\d+(\.\d+)+/.exec(stdout ?? '')?.[0];
  if (status !== 0 || version === undefined)
    return { path: null, line: `No Chromium: ${path} (${origin}) does not start${error ? `: ${error.message}` : '.'}` };
  return { path, line: `Chromium ${version} at ${path}, ${origin}.` };
}
