import type { Block } from './read-blocks.ts';

/** A block as a function: what it imports and leaves free comes in, what it made goes out. */
export interface Wrapped {
  /** Text of a module whose default export is `(modules, free) => Promise<made>`. */
  code: string;
  /** Names of the modules that it imports. */
  imports: string[];
}

/** Makes a function of a block. Its text stays, but for `import` and `export`, which stand at the top of a module only. */
export function wrapBlock(block: Block, free: readonly string[], made: readonly string[]): Wrapped {
  const imports: string[] = [];
  const body = block.code
    .replace(/^import\s+(\{[^}]*\})\s+from\s+(['"])(.+?)\2;?/gm, (_, names: string, _quote, name: string) => {
      imports.push(name);
      return `const ${names.replaceAll(/\s+as\s+/g, ': ')} = modules[${JSON.stringify(name)}];`;
    })
    .replace(/^export (?=(async )?function|const|class)/gm, '');
  const code = [
    `export default async function (modules: any, { ${free.join(', ')} }: any) {`,
    body,
    `return { ${made.join(', ')} };`,
    '}',
    '',
  ].join('\n');
  return { code, imports };
}
