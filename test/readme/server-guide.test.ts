import { SessionError, type SessionErrorCode } from 'sojourn';
import { serve } from 'sojourn/server/node';
import { describe, expect, test } from 'vitest';
import { publicNames } from '../../scripts/public-names.ts';
import { problemAnswer, problemCodes } from '../../src/server/http/answers.ts';
import { readCommand } from '../../src/server/node/cli-options.ts';
import { readInput } from '../../src/server/operations/read-input.ts';
import { pathMembers } from '../../src/server/operations/route-path.ts';
import { allOperations } from '../../src/server/operations/table.ts';
import { codeBlocks } from './markdown.ts';
import { tables, tablesUnder } from './markdown-tables.ts';
import { readPage } from './pages.ts';
import { shellCommands } from './shell-commands.ts';

const guide = readPage('docs/server.md');
const commands = shellCommands(guide);

describe('docs/server.md', () => {
  test('explains every error code, with its status and whether waiting helps', () => {
    const [answered, others] = tablesUnder(guide, '## Errors');
    // The first status is the usual one.
    const told = answered!.rows.map(([code = '', status = '', retryable]) => ({
      code,
      status: Number(status.split(', ')[0]),
      retryable,
    }));
    const expected = told.map(({ code }) => {
      const error = new SessionError(code as SessionErrorCode, 'why');
      return { code, status: problemAnswer(error).status, retryable: yesNo(error.retryable) };
    });
    expect(told).toEqual(expected);
    expect(told.map(({ code }) => code).toSorted()).toEqual(problemCodes());

    const rest = others!.rows.map(([code = '', retryable]) => ({ code, retryable }));
    expect(rest.map(({ code }) => new SessionError(code as SessionErrorCode, 'why').retryable).map(yesNo)).toEqual(
      rest.map(({ retryable }) => retryable),
    );
    const all = union('src/protocol/session-error.ts', /^ {2}\| '(\w+)'/gm);
    expect([...told, ...rest].map(({ code }) => code).toSorted()).toEqual(all);
  });

  test('lists every operation with its route and its effect', () => {
    const [listed] = tablesUnder(guide, '## Every operation');
    const effects = { read: 'reads', write: 'writes', end: 'ends' } as const;
    expect(listed!.rows).toEqual(
      allOperations().map(({ name, route, effect }) => [name, `${route.method} ${route.path}`, effects[effect]]),
    );
  });

  test('explains every event', () => {
    const [listed] = tablesUnder(guide, '## Events');
    const all = union('src/server/engine/session-event.ts', /^ {4}\| '([\w.]+)'/gm);
    expect(listed!.rows.map(([name = '']) => name).toSorted()).toEqual(all);
  });

  test('names every metric of the server', async () => {
    const [listed] = tablesUnder(guide, '## Metrics and logs');
    const server = await serve({ port: 0, store: 'memory', metrics: true });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    await server.close();
    const names = [...text.matchAll(/^# TYPE (sojourn_\w+)/gm)].map(([, name = '']) => name);
    expect(listed!.rows.map(([name = '']) => name).toSorted()).toEqual(names.toSorted());
  });

  test('shows command lines that the program takes', () => {
    const own = commands.filter(({ words }) => words[1] === 'sojourn');
    expect(own.length).toBeGreaterThan(10);
    const env = { SOJOURN_API_KEY: 'some key' };
    const refused = own.flatMap(({ words, line }) => {
      try {
        readCommand(words.slice(2), env);
        return [];
      } catch (error) {
        return [`${line}: ${String(error)}`];
      }
    });
    expect(refused).toEqual([]);
  });

  test.each(commands.filter(({ words }) => words[0] === 'curl').map((each) => [each.words.at(-1), each] as const))(
    'asks a route that is there: %s',
    (_last, { words }) => {
      const after = (flag: string): string | undefined => words[words.indexOf(flag) + 1 || words.length];
      const { pathname } = new URL(words.find((word) => word.startsWith('http')) ?? '');
      expect(words.some((word) => word.startsWith('Authorization: Bearer '))).toBe(true);
      // The stream is no operation.
      if (pathname === '/admin/events') return;
      const method = after('-X') ?? 'GET';
      const operation = allOperations().find(({ route }) => route.method === method && matches(route.path, pathname));
      const members = pathMembers(operation!.route).map((name) => [name, 'text'] as const);
      const body = JSON.parse(after('-d') ?? '{}') as object;
      expect(readInput(operation!, { ...body, ...Object.fromEntries(members) })).toBeTypeOf('object');
    },
  );

  test('shows a session type that can be defined', () => {
    const define = allOperations().find(({ name }) => name === 'types.define')!;
    const shown = codeBlocks(guide).filter(({ language }) => language === 'json');
    expect(shown.length).toBe(1);
    for (const { code } of shown) expect(readInput(define, JSON.parse(code))).toBeTypeOf('object');
  });

  test('names subpaths of the package that are there', () => {
    const names = publicNames().map(({ name }) => name);
    const listed = tables(guide)[0]!.rows.map(([name = '']) => name);
    expect(listed.filter((name) => !name.endsWith('*') && !names.includes(name))).toEqual([]);
    const server = names.filter((name) => name.startsWith('sojourn/server'));
    expect(server.filter((name) => !listed.includes(name))).toEqual([]);
  });
});

function yesNo(answer: boolean): string {
  return answer ? 'yes' : 'no';
}

/** The texts of a union as its source lists them, sorted. */
function union(file: string, member: RegExp): string[] {
  return [...readPage(file).matchAll(member)].map(([, text = '']) => text).toSorted();
}

function matches(route: string, pathname: string): boolean {
  return new RegExp(`^/admin${route.replaceAll(/:\w+/g, '[^/]+')}$`).test(pathname);
}
