import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureSize } from '../../scripts/measure-size.ts';
import { publicNames, root } from '../../scripts/public-names.ts';
import { budgets } from '../../scripts/size-budgets.ts';
import { startSessionServer, type StartedServer } from '../support/start-session-server.ts';
import { tablesUnder } from './markdown-tables.ts';
import { codeBlocks, links, promisedOutput, statedSizes } from './markdown.ts';
import { guides, readPage } from './pages.ts';

/** Inside the repository, so that the programs find `sojourn` by its own name, built. */
const folder = path.join(root, '.cache/readme');
/** The address that the README tells people to start the server at. */
const statedUrl = 'http://localhost:4000';

const programs = ['README.md', ...guides].flatMap((page) => programsOf(page, readPage(page)));
const running = programs.filter(({ runs }) => runs);

/** Each page has a folder, in which its programs find the files that it shows. */
function programsOf(page: string, text: string) {
  return codeBlocks(text)
    .filter(({ language }) => language === 'ts' || language === 'tsx')
    .map((block) => ({
      ...block,
      place: `${page}:${block.line}`,
      path: path.join(folder, path.basename(page, '.md'), block.file ?? `line-${block.line}.${block.language}`),
    }));
}

let server: StartedServer;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const program of programs) mkdirSync(path.dirname(program.path), { recursive: true });
  for (const program of programs) writeFileSync(program.path, `${program.code}\nexport {};\n`);
  const built = spawnSync('node', ['scripts/build.ts'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The build fails:\n${built.stdout}${built.stderr}`);
  server = await startSessionServer(path.join(root, 'dist/server/node/cli.js'));
});
afterAll(() => server?.stop());

describe('the programs of the README and the guides', () => {
  test.each(['README.md', ...guides])('%s shows programs, one of them to run, and says what they print', (page) => {
    const own = running.filter(({ place }) => place.startsWith(`${page}:`));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter(({ code }) => promisedOutput(code).length === 0).map(({ place }) => place)).toEqual([]);
  });

  test('have right types', () => {
    // What such a program declares holds for all that are compiled with it.
    const apart = programs.filter(({ code }) => /^declare module/m.test(code)).map(({ path: file }) => file);
    expect(typeErrors({ include: ['.'], exclude: apart })).toBe('');
    for (const file of apart) expect(typeErrors({ files: [file] })).toBe('');
  });

  test.each(running)('$place prints what it says', ({ path: file, code }) => {
    const program = path.join(path.dirname(file), `run-${path.basename(file)}`);
    writeFileSync(program, code.replaceAll(statedUrl, server.url));
    const { status, stdout, stderr } = spawnSync('node', [program], {
      cwd: path.dirname(file),
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stderr, printed: stdout.split('\n').slice(0, -1) }).toEqual({
      status: 0,
      stderr: '',
      printed: promisedOutput(code),
    });
  });

  test('name the packages that people import by their public names', () => {
    const names = publicNames().map(({ name }) => name);
    const imported = programs.flatMap(({ code }) =>
      [...code.matchAll(/from '(sojourn[^']*)'/g)].map(([, name]) => name),
    );
    expect(imported.filter((name) => !names.includes(name ?? ''))).toEqual([]);
  });
});

/** What `tsc` says of some of the programs. */
function typeErrors(which: object): string {
  const compilerOptions = { isolatedDeclarations: false, declaration: false, paths: {} };
  const settings = { extends: '../../tsconfig.json', compilerOptions, include: [], ...which };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(settings));
  return spawnSync('tsc', ['-p', folder], { cwd: root, encoding: 'utf8' }).stdout;
}

describe('README.md', () => {
  test('lists every name that people can import', () => {
    const [listed] = tablesUnder(readPage('README.md'), '## More');
    const said = listed!.rows.flatMap(([name = '']) => [...name.matchAll(/sojourn[\w/-]*/g)].map(([each]) => each));
    expect(said.toSorted()).toEqual(
      publicNames()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  test('links each of its promises to a test', () => {
    const [, promises = ''] = /^## What it promises\n([\s\S]*?)^## /m.exec(readPage('README.md')) ?? [];
    const unheld = promises
      .split(/^- /m)
      .slice(1)
      .filter((promise) => !links(promise).some(({ target }) => target.endsWith('.test.ts')));
    expect(promises).toContain('- **');
    expect(unheld).toEqual([]);
  });

  test.each(budgets)('states the size of $name as it is, within 0.1 kB', async ({ name, code, external }) => {
    const stated = statedSizes(readPage('README.md')).filter((size) => size.name === name);
    const { bytes } = await measureSize(code, external);
    expect(stated.length).toBeGreaterThan(0);
    for (const { kilobytes } of stated) expect(Math.abs(kilobytes - bytes / 1000)).toBeLessThanOrEqual(0.1);
  });
});
