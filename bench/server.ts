// Processor time per request of one server process, beside bare node:http; memory and disk per session.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inMicros, verdict, type Part, type Row } from './row.ts';
import { heard, type Started } from './server/control.ts';
import type { Filled } from './server/fill-program.ts';
import { createLoad, inLanes, lanes, type Load } from './server/load.ts';
import { sessionCases, type Case } from './server/session-cases.ts';
import { interleaved, median } from './statistics.ts';

const rounds = 12;
const requestsARound = 300;
const warmUp = 4;
const sessionsStored = 100_000;

/**
 * What prototypes took, in microseconds of processor time per request before there was a product; the budget is twice that.
 * The session reads and refreshes were on SQLite; memory may take no more. Sign-in and bound requests had no prototype.
 */
const prototypes: Record<string, number> = {
  'read my session': 60,
  'read my session, new token': 195,
  refresh: 251,
  'verifyAccessToken, token seen before': 22,
  'verifyAccessToken, new token': 195,
};
/** Bytes on the disk per session; the same. */
const prototypeDisk = 263;

export async function server(): Promise<Part> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-bench-'));
  const programs: Program[] = [];
  const begin = async (name: string, ...args: string[]): Promise<Program> => {
    const program = await start(name, args);
    programs.push(program);
    return program;
  };
  try {
    const bare = await begin('bare-program');
    const cases: Record<string, Case & { program: Program }> = {
      bare: {
        program: bare,
        prepare: async () => async () => void (await bare.load.send({ method: 'GET', path: '/' })),
      },
    };
    for (const [name, store] of [
      ['memory', 'memory'],
      ['sqlite', `sqlite:${path.join(folder, 'sessions.db')}`],
    ] as const) {
      const program = await begin('session-program', store);
      for (const [what, each] of Object.entries(sessionCases(program)))
        cases[`${name}: ${what}`] = { ...each, program };
      if (name !== 'memory') continue;
      const api = await begin('api-program', program.url);
      for (const [what, each] of Object.entries(sessionCases(program, api)))
        if (what.startsWith('read')) cases[`api: ${apiNames[what] ?? what}`] = { ...each, program: api };
    }
    const times = await interleaved(
      Object.fromEntries(Object.entries(cases).map(([name, each]) => [name, () => processorTime(each)])),
      { rounds, warmUp },
    );
    const floor = Math.min(...(times['bare'] ?? []));
    const rows = Object.entries(times).flatMap(([name, values]) =>
      name === 'bare' ? [] : [requestRow(name, values, floor)],
    );
    return {
      name: 'server',
      about:
        `processor time of the server process per request, minimum (median) of ${rounds} interleaved rounds of ` +
        `${requestsARound} requests, ${lanes} at a time; floor: bare node:http, ${inMicros(floor)} (${inMicros(median(times['bare'] ?? []))})`,
      rows: [...rows, ...(await storageRows(folder))],
    };
  } finally {
    for (const { child, load } of programs) {
      load.close();
      child.disconnect();
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

const apiNames: Record<string, string> = {
  'read my session': 'verifyAccessToken, token seen before',
  'read my session, new token': 'verifyAccessToken, new token',
  'read my session, bound': 'verifyAccessToken, token seen before, bound',
};

/** A server process under load. */
export interface Program {
  child: ChildProcess;
  url: string;
  load: Load;
}

async function start(name: string, args: string[]): Promise<Program> {
  const child = fork(path.join(import.meta.dirname, 'server', `${name}.ts`), args);
  const { port } = await heard<Started>(child);
  return { child, url: `http://localhost:${port}`, load: createLoad(port) };
}

/** Microseconds of processor time that one request takes, everything that the process did meanwhile included. */
async function processorTime({ program: { child }, prepare }: Case & { program: Program }): Promise<number> {
  const run = await prepare(requestsARound);
  const used = async (): Promise<number> => {
    const answer = heard<number>(child);
    child.send('cpu');
    return answer;
  };
  const before = await used();
  await inLanes(requestsARound, run);
  return ((await used()) - before) / requestsARound;
}

function requestRow(name: string, values: number[], floor: number): Row {
  const least = Math.min(...values);
  const prototype = prototypes[name.slice(name.indexOf(': ') + 2)];
  return {
    what: `server, ${name}`,
    ours: `${inMicros(least)} (${inMicros(median(values))})`,
    floor: inMicros(floor),
    ratio: least / floor,
    budget: prototype === undefined ? null : inMicros(2 * prototype),
    verdict: prototype === undefined ? 'info' : verdict(least <= 2 * prototype),
  };
}

async function storageRows(folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  const count = sessionsStored.toLocaleString('en');
  const show = (bytes: number): string => `${bytes.toFixed(0)} bytes`;
  for (const [name, url] of [
    ['memory', 'memory'],
    ['sqlite', `sqlite:${path.join(folder, 'filled.db')}`],
  ] as const) {
    const program = path.join(import.meta.dirname, 'server/fill-program.ts');
    const child = fork(program, [url, String(sessionsStored)], { execArgv: ['--expose-gc'] });
    const { memory, disk } = await heard<Filled>(child);
    const plain = { floor: null, ratio: null };
    rows.push({
      what: `server, ${name}: heap and buffers per session of ${count}`,
      ours: show(memory),
      ...plain,
      budget: null,
      verdict: 'info',
    });
    if (disk === null) continue;
    const budget = show(2 * prototypeDisk);
    const said = verdict(disk <= 2 * prototypeDisk);
    rows.push({
      what: `server, ${name}: disk per session of ${count}`,
      ours: show(disk),
      ...plain,
      budget,
      verdict: said,
    });
  }
  return rows;
}
