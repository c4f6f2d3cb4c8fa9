import type { Block } from './read-blocks.ts';
import type { Outcome } from './run-block.ts';

/** What became of a block. */
export interface Row extends Outcome {
  block: Block;
  compileErrors: string[];
}

/** Document, block, compiles, runs, and what was looked at: a line for each. */
export function table(rows: readonly Row[]): string {
  const head = ['document', 'block', 'compiles', 'runs', 'looked at'];
  const cells = rows.flatMap(({ block, compileErrors, failure, seen }) => {
    const wrong = [...new Set([...compileErrors, ...(failure === null ? [] : [failure])])];
    const results = [...seen, ...wrong.flatMap((text) => `FAILED ${text}`.split('\n'))];
    const name = `${block.id.slice(4)} ${block.heading}`;
    const first = [block.document, name, yes(compileErrors.length === 0), yes(failure === null), results[0] ?? ''];
    return [first, ...results.slice(1).map((text) => ['', '', '', '', text])];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((line) => line[column]!.length)));
  const written = (line: string[]): string =>
    line
      .map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width, column) => '-'.repeat(column === head.length - 1 ? 9 : width)).join('  ');
  return [written(head), rule, ...cells.map(written)].join('\n');
}

function yes(is: boolean): string {
  return is ? 'yes' : 'NO';
}
