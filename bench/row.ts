// One line of the table, and the table.

/** One thing that was measured. */
export interface Row {
  what: string;
  ours: string;
  /** What it is compared with, measured in the same run; null where there is nothing to compare with. */
  floor: string | null;
  /** Ours through floor; of rates, too. */
  ratio: number | null;
  /** What the issue allows; null for a row that only informs. */
  budget: string | null;
  verdict: Verdict;
}

/** `info`: nothing was promised. `MISSED`: over the budget, or not what was promised. */
export type Verdict = 'ok' | 'MISSED' | 'info';

/** What a part of the bench answers. */
export interface Part {
  name: string;
  /** What the rows of this part were measured on, in one line. */
  about: string;
  rows: Row[];
}

/** The verdict on something that has a budget. */
export function verdict(isWithin: boolean): Verdict {
  return isWithin ? 'ok' : 'MISSED';
}

/** A row that compares a time with a floor. Without `atMost` it only informs. */
export function comparison(
  what: string,
  measured: { ours: number; floor: number; show: (value: number) => string },
  atMost: number | null,
): Row {
  const { ours, floor, show } = measured;
  const ratio = ours / floor;
  return {
    what,
    ours: show(ours),
    floor: show(floor),
    ratio,
    budget: atMost === null ? null : `${atMost}x`,
    verdict: atMost === null ? 'info' : verdict(ratio <= atMost),
  };
}

export const inMs = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
export const inNs = (ns: number): string => `${ns.toFixed(ns < 10 ? 1 : 0)} ns`;
export const inMicros = (us: number): string => `${us.toFixed(0)} us`;

const titles = ['what', 'ours', 'floor or peer', 'ratio', 'budget', 'verdict'];

/** All parts as one table. */
export function table(parts: Part[]): string {
  const lines = parts.flatMap(({ rows }) => rows.map(cells));
  const all = [titles, ...lines];
  const widths = titles.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const isRight = (column: number): boolean => column > 0 && column < 5;
  const print = (line: string[]): string =>
    line
      .map((cell, column) => (isRight(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const bodies = parts.map(({ rows }) => rows.map((row) => print(cells(row))).join('\n'));
  return [print(titles), rule, bodies.join(`\n${rule}\n`)].join('\n');
}

function cells({ what, ours, floor, ratio, budget, verdict: said }: Row): string[] {
  return [what, ours, floor ?? '', ratio === null ? '' : `${ratio.toFixed(2)}x`, budget ?? '', said];
}
