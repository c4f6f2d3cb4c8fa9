import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureSize } from '../../scripts/measure-size.ts';
import { publicNames, root } from '../../scripts/public-names.ts';
import { budgets } from '../../scripts/size-budgets.ts';
import { startSessionServer, type StartedServer } from '../support/start-session-server.ts';
import { linkProblems } from './link-problems.ts';
import { codeBlocks, links, namedScripts, promisedOutput, statedSizes } from './markdown.ts';

/** Inside the repository, so that the programs find `sojourn` by its own name, built. */
const folder = path.join(root, '.cache/readme');
/** The address that the README tells people to start the server at. */
const statedUrl = 'http://localhost:4000';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');
/** Of a folder, nothing; null where there is neither. */
function textOf(place: string): string | null {
  const found = statSync(path.join(root, place), { throwIfNoEntry: false });
  return found ? (found.isFile() ? read(place) : '') : null;
}
const programs = codeBlocks(existsSync(path.join(root, 'README.md')) ? read('README.md') : '')
  .filter(({ language }) => language === 'ts' || language === 'tsx')
  .map((block) => ({ ...block, file: `line-${block.line}.${block.language}` }));
const running = programs.filter(({ runs }) => runs);

let server: StartedServer;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const built = spawnSync('node', ['scripts/build.ts'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The build fails:\n${built.stdout}${built.stderr}`);
  server = await startSessionServer(path.join(root, 'dist/server/node/cli.js'));
});
afterAll(() => server?.stop());

describe('README.md', () => {
  test('shows programs, one of them to run', () => {
    expect(running.length).toBeGreaterThan(0);
    expect(running.filter(({ code }) => promisedOutput(code).length === 0).map(({ file }) => file)).toEqual([]);
  });

  test('has programs with right types', () => {
    for (const { file, code } of programs) writeFileSync(path.join(folder, file), `${code}\nexport {};\n`);
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { isolatedDeclarations: false, declaration: false, paths: {} },
        include: ['.'],
      }),
    );
    const { stdout } = spawnSync('tsc', ['-p', folder], { cwd: root, encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  test.each(running)('$file prints what it says', ({ file, code }) => {
    const program = path.join(folder, `run-${file}`);
    writeFileSync(program, code.replaceAll(statedUrl, server.url));
    const { status, stdout, stderr } = spawnSync('node', [program], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    expect({ status, stderr, printed: stdout.split('\n').slice(0, -1) }).toEqual({
      status: 0,
      stderr: '',
      printed: promisedOutput(code),
    });
  });

  test('names the packages that people import by their public names', () => {
    const names = publicNames().map(({ name }) => name);
    const imported = programs.flatMap(({ code }) =>
      [...code.matchAll(/from '(sojourn[^']*)'/g)].map(([, name]) => name),
    );
    expect(imported.filter((name) => !names.includes(name ?? ''))).toEqual([]);
  });

  test('links each of its promises to a test', () => {
    const [, promises = ''] = /^## What it promises\n([\s\S]*?)^## /m.exec(read('README.md')) ?? [];
    const unheld = promises
      .split(/^- /m)
      .slice(1)
      .filter((promise) => !links(promise).some(({ target }) => target.endsWith('.test.ts')));
    expect(promises).toContain('- **');
    expect(unheld).toEqual([]);
  });

  test.each(budgets)('states the size of $name as it is, within 0.1 kB', async ({ name, code, external }) => {
    const stated = statedSizes(read('README.md')).filter((size) => size.name === name);
    const { bytes } = await measureSize(code, external);
    expect(stated.length).toBeGreaterThan(0);
    for (const { kilobytes } of stated) expect(Math.abs(kilobytes - bytes / 1000)).toBeLessThanOrEqual(0.1);
  });
});

describe.each(pages)('%s', (page) => {
  test('links to what is there, and to a test by the name of the test', () => {
    expect(linkProblems(page, textOf)).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(namedScripts(read(page)).filter((name) => !(name in scripts))).toEqual([]);
  });
});
