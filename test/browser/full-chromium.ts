import type { TestContext } from 'vitest';
import type { World } from './world.ts';

/**
 * Hidden and frozen tabs, the back/forward cache and blocked third-party storage exist in a whole Chromium only. With a headless
 * shell the test is skipped out loud, and where it counts (CI) it fails.
 */
export function needFullChromium({ browser }: World, context: TestContext): void {
  if (!browser.isShell) return;
  const why =
    'This needs a whole Chromium (hidden tabs, back/forward cache, blocked third-party storage), and only a headless shell was found.';
  if (process.env['CI']) throw new Error(why);
  process.stdout.write(`!!! SKIPPED: ${context.task.name}\n!!! ${why}\n`);
  context.skip(why);
}
