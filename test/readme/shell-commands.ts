import { codeBlocks } from './markdown.ts';

/** A command that a page shows: its words, without what is set before it. */
export interface ShellCommand {
  words: string[];
  line: number;
}

/** The commands of all `sh` blocks. Lines that end in a backslash go on; quotes hold words together; nothing is expanded. */
export function shellCommands(text: string): ShellCommand[] {
  return codeBlocks(text)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code, line }) =>
      code
        .replaceAll(/\\\n\s*/g, ' ')
        .split('\n')
        .map((command) => ({ words: wordsOf(command), line }))
        .filter(({ words }) => words.length > 0),
    );
}

function wordsOf(command: string): string[] {
  const words = [...command.matchAll(/(?:[^\s"'#]|"[^"]*"|'[^']*')+|#.*$/g)].map(([word]) => word);
  const told = words.filter((word) => !word.startsWith('#')).map((word) => word.replaceAll(/^["']|["']$/g, ''));
  return told.slice(told.findIndex((word) => !/^[A-Z_]+=/.test(word)));
}
