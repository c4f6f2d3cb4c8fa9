export interface CodeBlock {
  language: string;
  /** ```ts run: the program is run, and must print what its `// prints:` comments say. */
  runs: boolean;
  /** ```ts sessions.ts: a file of this name, which other programs of the page import. */
  file: string | null;
  /** With what a comment `<!-- given … -->` right before the block puts in front of it. */
  code: string;
  /** Line of the opening fence, from 1. */
  line: number;
}

export interface Link {
  target: string;
  title: string | null;
  line: number;
}

export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(/(?:<!-- given\s([\s\S]*?)-->\s*\n)?^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [whole, given = '', language = '', info = '', code = ''] = match;
    const fence = match.index + whole.indexOf('```');
    return {
      language,
      runs: info.trim() === 'run',
      file: /^[\w-]+\.tsx?$/.exec(info.trim())?.[0] ?? null,
      code: given ? `${given.trim()}\n${code}` : code,
      line: lineAt(text, fence),
    };
  });
}

/** What a program says it prints, line by line. */
export function promisedOutput(code: string): string[] {
  return [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line = '']) => line.trimEnd());
}

/** All `[text](target "title")`. A title stands in double quotes, in single quotes where the formatter writes them. */
export function links(text: string): Link[] {
  const prose = text
    .replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ''))
    .replace(/`[^`\n]+`(?!\])/g, '');
  return [...prose.matchAll(/\]\(/g)].map(({ index }) => {
    const line = lineAt(prose, index);
    const read = /^\]\(([^)\s]+)(?:\s+(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'))?\s*\)/.exec(prose.slice(index));
    if (!read) throw new Error(`Line ${line} has a link that cannot be read.`);
    const [, target = '', doubleQuoted, singleQuoted] = read;
    return { target, title: unescaped(doubleQuoted ?? singleQuoted ?? null), line };
  });
}

/** Names under which GitHub links to the headings. */
export function anchors(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Sizes that a page states, each after a marker: `<!-- size: sojourn/react -->0.4 kB`. */
export function statedSizes(text: string): { name: string; kilobytes: number }[] {
  return [...text.matchAll(/<!-- size: (\S+) -->\s*([\d.]+) kB/g)].map(([, name = '', number]) => ({
    name,
    kilobytes: Number(number),
  }));
}

/** npm scripts that a page tells people to run. */
export function namedScripts(text: string): string[] {
  const lifecycle = ['start', 'test'];
  return [...text.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(\w+))/g)].flatMap(([, run, short = '']) =>
    run ? [run] : lifecycle.includes(short) ? [short] : [],
  );
}

/** Without the backslashes before punctuation that markdown takes away. */
function unescaped(title: string | null): string | null {
  return title && title.replace(/\\([!-/:-@[-`{-~])/g, '$1');
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
