// Brings a Firefox and a WebKitGTK: the system's, else Debian's packages.
import { spawnSync } from 'node:child_process';
import { findFirefox, findWebKit } from './find-engines.ts';
import { installWithApt } from './install-with-apt.ts';

/** Finds or installs them; answers a line for each about what is there. */
export function provisionEngines(): string[] {
  const found = { firefox: findFirefox() !== null, webkit: findWebKit() !== null };
  const missing = [...(found.firefox ? [] : ['firefox-esr']), ...(found.webkit ? [] : ['webkit2gtk-driver', 'xvfb'])];
  if (missing.length > 0) installWithApt(missing.includes('xvfb') ? 'Firefox or WebKitGTK' : 'Firefox', missing);
  const firefox = findFirefox();
  const webkit = findWebKit();
  return [
    line('Firefox', firefox, found.firefox, firefox === null ? null : versionOf(firefox)),
    // It says its version only where there is a display.
    line('WebKitGTK', webkit?.driver ?? null, found.webkit, null),
  ];
}

function line(name: string, program: string | null, wasThere: boolean, version: string | null): string {
  if (program === null) return `No ${name}: install it and run again. As root on Debian that is done by itself.`;
  const named = version === null ? name : `${name} ${version}`;
  return `${named} at ${program}, ${wasThere ? 'of the system' : "Debian's package, installed just now"}.`;
}

function versionOf(program: string): string | null {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  return /\d+(\.\d+)+/.exec(stdout ?? '')?.[0] ?? null;
}
