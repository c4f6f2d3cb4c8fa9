// Numbered pictures with a line of text each.
import path from 'node:path';
import type { Page } from 'playwright-core';

/** How a picture is taken. */
export interface View {
  scheme?: 'light' | 'dark';
  width?: number;
  /** The window only, not the whole page. */
  window?: boolean;
}

export interface Album {
  take(page: Page, name: string, caption: string, view?: View): Promise<void>;
  /** Pictures of everything that is open, for whoever looks for the reason. */
  failed(pages: readonly Page[]): Promise<void>;
  count(): number;
  captions(): string;
}

const wide = 1280;
const height = 900;

/** An empty album in `folder`. */
export function createAlbum(folder: string): Album {
  const lines: string[] = [];
  return {
    async take(page, name, caption, { scheme = 'light', width = wide, window = false } = {}) {
      const file = `${String(lines.length + 1).padStart(2, '0')}-${name}.png`;
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: path.join(folder, file), fullPage: !window });
      lines.push(`${lines.length + 1}. [${file}](${file}): ${caption}`);
      console.log(`  ${file}  ${caption}`);
    },
    async failed(pages) {
      for (const [index, page] of pages.entries()) {
        await page.screenshot({
          path: path.join(folder, `failed-tab-${index + 1}.png`),
          fullPage: true,
          timeout: 5000,
        });
      }
    },
    count: () => lines.length,
    captions: () =>
      `# The tour\n\nTaken by \`npm run tour\` from the demo and the real server.\n\n${lines.join('\n')}\n`,
  };
}
