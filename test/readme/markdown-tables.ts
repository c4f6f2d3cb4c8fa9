/** A table of a page, without its line of dashes. Cells are as they are written, without backticks around them. */
export interface Table {
  heading: string[];
  rows: string[][];
}

/** The tables under a heading, up to the next heading of the same level or above. */
export function tablesUnder(text: string, heading: string): Table[] {
  return tables(section(text, heading));
}

/** All tables of a text. */
export function tables(text: string): Table[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/(?:^\|.*\|\n)+/gm)].map(([block]) => {
    const [heading = [], , ...rows] = block.trimEnd().split('\n').map(cells);
    return { heading, rows };
  });
}

/** The text from a heading up to the next one of its level or above. */
function section(text: string, heading: string): string {
  const from = text.indexOf(`${heading}\n`);
  if (from < 0) throw new Error(`The page has no heading '${heading}'.`);
  const level = /^#+/.exec(heading)?.[0].length ?? 1;
  const rest = text.slice(from + heading.length);
  const next = rest
    .replace(/^```[\s\S]*?^```$/gm, (code) => code.replace(/[^\n]/g, ' '))
    .search(new RegExp(`^#{1,${level}} `, 'm'));
  return next < 0 ? rest : rest.slice(0, next);
}

function cells(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'));
}
