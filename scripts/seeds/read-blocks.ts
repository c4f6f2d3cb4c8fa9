import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A piece of TypeScript in a document. */
export interface Block {
  /** Such as `002-3`. */
  id: string;
  /** File name of the document. */
  document: string;
  /** The heading it stands under. */
  heading: string;
  /** As it stands there, but for documentation marks. */
  code: string;
}

/** What the documents say wrong, and what they mean. */
export interface Slip {
  block: string;
  says: string;
  means: string;
}

/** The TypeScript of a document, in order. */
export function readBlocks(folder: string, document: string, slips: readonly Slip[]): Block[] {
  const text = readFileSync(path.join(folder, document), 'utf8').replaceAll('\r\n', '\n');
  const found = document.endsWith('.md') ? fenced(text) : runTogether(text);
  return found.map(({ heading, code }, index) => {
    const id = `${document.slice(0, 3)}-${index + 1}`;
    return { id, document, heading, code: mend(withoutMarks(code), id, slips) };
  });
}

function fenced(text: string): { heading: string; code: string }[] {
  const blocks: { heading: string; code: string }[] = [];
  let heading = '';
  let open: { isCode: boolean; lines: string[] } | null = null;
  for (const line of text.split('\n')) {
    const fence = /^```(\w*)\s*$/.exec(line);
    if (open && fence) {
      if (open.isCode) blocks.push({ heading, code: open.lines.join('\n') });
      open = null;
    } else if (open) open.lines.push(line);
    else if (fence) open = { isCode: /^(ts|typescript)$/.test(fence[1] ?? ''), lines: [] };
    else heading = /^#+\s+(.*)$/.exec(line)?.[1]?.trim() ?? heading;
  }
  return blocks;
}

/**
 * A page whose layout is lost: code and prose follow each other without a mark, the prose right behind the last comment.
 * The code is from the first import up to the first line that does not begin as code does.
 */
function runTogether(text: string): { heading: string; code: string }[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^import\s+\{.*\}\s+from\s/.test(line));
  if (start === -1) return [];
  const rest = lines.slice(start);
  const end = rest.findIndex(
    (line) => !/^(import|export|const|let|await|return|if|for|try|\/\/|[\s})\]])|^$/.test(line),
  );
  return [{ heading: 'Usage', code: rest.slice(0, end === -1 ? undefined : end).join('\n') }];
}

/** Marks of a documentation tool: `$$` before a name, and lines that begin with `//$`. */
function withoutMarks(code: string): string {
  return code
    .split('\n')
    .filter((line) => !line.startsWith('//$'))
    .join('\n')
    .replace(/\$\$(?=[A-Z])/g, '');
}

function mend(code: string, id: string, slips: readonly Slip[]): string {
  return slips
    .filter(({ block }) => block === id)
    .reduce((text, { says, means }) => {
      if (text.split(says).length !== 2) throw new Error(`${id} should say ${JSON.stringify(says)} exactly once.`);
      return text.replace(says, means);
    }, code);
}
