import type { Argument, Node } from 'oxc-parser';
import { readSources, walk, type SourceFile } from './source-files.ts';

/** A test as its source declares it. */
export interface TestTitle {
  /** Relative to the repository. */
  file: string;
  /** As written; what a template puts in is `…`. */
  title: string;
}

/** Ways to declare a test that runs. `test.skip`, `test.todo` and `test.skipIf` are not among them. */
const kinds = ['concurrent', 'sequential', 'fails', 'each', 'for', 'runIf'];

/** Every test that is declared in files of `folders`, in the order of the files. */
export function readTestTitles(folders: readonly string[]): TestTitle[] {
  return folders
    .flatMap((folder) => readSources(folder))
    .filter(({ path }) => /(\.test\.tsx?|-(conformance|contract)\.ts|\/contract\/[\w-]+\.ts)$/.test(path))
    .flatMap(testTitles);
}

/** Every `test(…)` and `it(…)` of one file, also those of a table, in or out of a `describe`. */
export function testTitles({ path, program }: SourceFile): TestTitle[] {
  const titles: TestTitle[] = [];
  walk(program, (node) => {
    if (node.type !== 'CallExpression' || !declaresTest(node.callee)) return;
    const title = textOf(node.arguments[0]);
    if (title !== null) titles.push({ file: path, title });
  });
  return titles;
}

/** `test`, `test.concurrent`, `test.each([…])` and the like. */
function declaresTest(callee: Node): boolean {
  if (callee.type === 'Identifier') return callee.name === 'test' || callee.name === 'it';
  if (callee.type === 'CallExpression') return declaresTest(callee.callee);
  if (callee.type === 'TaggedTemplateExpression') return declaresTest(callee.tag);
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  return kinds.includes(callee.property.name) && declaresTest(callee.object);
}

function textOf(title: Argument | undefined): string | null {
  if (title?.type === 'Literal' && typeof title.value === 'string') return title.value;
  if (title?.type !== 'TemplateLiteral') return null;
  return title.quasis.map(({ value }) => value.cooked ?? value.raw).join('…');
}
