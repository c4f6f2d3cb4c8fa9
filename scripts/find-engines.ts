// Where a Firefox and a WebKit are, without installing one.
import { globSync } from 'node:fs';
import { findProgram } from './find-program.ts';

/** Path of a Firefox; null: there is none. */
export function findFirefox(): string | null {
  return findProgram('firefox-esr', 'firefox');
}

/** The programs that drive a WebKitGTK. */
export interface WebKit {
  driver: string;
  browser: string;
  /** A display without a screen: WebKitGTK has no headless mode. */
  display: string;
}

/** Null: one of them is missing. */
export function findWebKit(): WebKit | null {
  const driver = findProgram('WebKitWebDriver');
  const display = findProgram('Xvfb');
  // The one for GTK 3 stands beside the driver in Debian; newer ones sort after it.
  const browser = globSync('/usr/lib{,exec,64}{,/*}/webkit2gtk-4.*/MiniBrowser').sort()[0];
  return driver !== null && display !== null && browser !== undefined ? { driver, browser, display } : null;
}
