// What an app downloads. The measure and its budgets are those of `npm run size` and of the tests.
import path from 'node:path';
import { measureSize } from '../scripts/measure-size.ts';
import { budgets } from '../scripts/size-budgets.ts';
import { verdict, type Part, type Row } from './row.ts';

const kb = (bytes: number): string => `${(bytes / 1000).toFixed(2)} kB`;

export async function size(): Promise<Part> {
  const rows: Row[] = [];
  for (const { name, code, external, bytes: most } of budgets) {
    const { bytes, onDemand } = await measureSize(code, external);
    const plain = { floor: null, ratio: null };
    rows.push({ what: `size: ${name}`, ours: kb(bytes), ...plain, budget: kb(most), verdict: verdict(bytes <= most) });
    for (const chunk of onDemand)
      rows.push({
        what: `      on demand: ${short(chunk.name)}`,
        ours: kb(chunk.bytes),
        ...plain,
        budget: null,
        verdict: 'info',
      });
  }
  return { name: 'size', about: 'minified by esbuild with splitting, brotli, static chunks included', rows };
}

/** A chunk of many files is named by the packages and folders that they come from. */
function short(name: string): string {
  if (!name.startsWith('shared: ')) return name;
  const files = name.slice('shared: '.length).split(', ');
  const origin = (file: string): string =>
    /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? path.posix.dirname(file);
  return [...new Set(files.map(origin))].join(' + ');
}
