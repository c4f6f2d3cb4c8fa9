// What requests cost: ours on every store, floors below, peers beside, all in turn in one run.
import path from 'node:path';
import type { RedisServer } from '../redis-server.ts';
import { inMicros, verdict, type Row } from '../row.ts';
import { interleaved, median } from '../statistics.ts';
import type { Case } from './case.ts';
import { connections } from './http-load.ts';
import { measure, startProgram, type Cost, type Program } from './measured-program.ts';
import { betterAuthCases, cookieCases, oidcCases } from './peer-cases.ts';
import { apiCases, sojournCases } from './sojourn-cases.ts';

/** How much is measured. */
export interface RequestPlan {
  rounds: number;
  requests: number;
  folder: string;
  redis: RedisServer;
  versions: Record<string, string>;
}

const warmUpRequests = 3000;
const bare = 'node:http';
const verifying = 'verifyAccessToken, token seen before';

/** Most microseconds of processor time per request. */
const budgets: Record<string, number> = {
  'redis: read my session': 70,
  'redis: refresh': 260,
  [`api: ${verifying}`]: 40,
};
/** Least rate of ours on Redis through that of the peer. */
const leastRates: Record<string, number> = {
  'express-session: read my session': 1.2,
  'oidc-provider: refresh': 2,
};

type Cases = Record<string, { kind: 'floor' | 'ours' | 'peer'; program: Program; asked: Case }>;

/** Starts everything, measures, ends everything. */
export async function requestRows(plan: RequestPlan): Promise<{ rows: Row[]; about: string }> {
  const programs: Program[] = [];
  const begin = async (file: string, ...args: string[]): Promise<Program> => {
    const program = await startProgram(file, args);
    programs.push(program);
    return program;
  };
  try {
    const cases = { ...(await floors(plan, begin)), ...(await ours(plan, begin)), ...(await peers(plan, begin)) };
    // As many requests of every kind, so that all code is as warm.
    for (const { program, asked } of Object.values(cases)) await measure(program, asked, warmUpRequests);
    const costs = await interleaved(
      Object.fromEntries(
        Object.entries(cases).map(([name, { program, asked }]) => [name, () => measure(program, asked, plan.requests)]),
      ),
      { rounds: plan.rounds, warmUp: 1 },
    );
    return describe(plan, cases, costs);
  } finally {
    for (const program of programs) await program.close();
  }
}

type Begin = (file: string, ...args: string[]) => Promise<Program>;

async function floors({ redis, folder }: RequestPlan, begin: Begin): Promise<Cases> {
  const cases: Cases = {};
  const file = path.join(folder, 'floor.db');
  for (const [name, ...place] of [
    [bare],
    ['hono'],
    ['redis get', redis.url],
    ['redis evalsha', redis.url],
    ['sqlite select', file],
    ['sqlite update', file],
  ] as const) {
    const program = await begin('peers/floor-program.ts', name, ...place);
    const asked: Case = { prepare: async () => () => program.load.send({ method: 'GET', path: '/' }) };
    cases[name] = { kind: 'floor', program, asked };
  }
  return cases;
}

async function ours({ redis, folder }: RequestPlan, begin: Begin): Promise<Cases> {
  const stores = { memory: 'memory', sqlite: `sqlite:${path.join(folder, 'requests.db')}`, redis: redis.url };
  const cases: Cases = {};
  for (const [name, url] of Object.entries(stores)) {
    const program = await begin('server/sojourn-program.ts', url, path.join(folder, `secrets-${name}`));
    for (const [what, asked] of Object.entries(sojournCases(program.load)))
      cases[`${name}: ${what}`] = { kind: 'ours', program, asked };
  }
  const issuer = await begin('server/session-program.ts', 'memory');
  const api = await begin('server/api-program.ts', issuer.url);
  for (const [what, asked] of Object.entries(apiCases(api.load, issuer.load)))
    cases[`api: ${what}`] = { kind: 'ours', program: api, asked };
  return cases;
}

async function peers({ redis }: RequestPlan, begin: Begin): Promise<Cases> {
  const cases: Cases = {};
  const add = async (name: string, make: (program: Program) => Record<string, Case>): Promise<void> => {
    const program = await begin(`peers/${name}.js`, redis.url);
    for (const [what, asked] of Object.entries(make(program)))
      cases[`${name}: ${what}`] = { kind: 'peer', program, asked };
  };
  await add('express-session', (program) =>
    cookieCases(program, ['read my session', 'sign-in', 'sign-out', 'write data', 'read data']),
  );
  await add('iron-session', (program) => cookieCases(program, ['read my session', 'sign-in', 'write data']));
  await add('better-auth', betterAuthCases);
  await add('oidc-provider', oidcCases);
  return cases;
}

function describe(
  { versions, rounds, requests, redis }: RequestPlan,
  cases: Cases,
  costs: Record<string, Cost[]>,
): { rows: Row[]; about: string } {
  const cpuOf = (name: string): number => median((costs[name] ?? []).map(({ cpu }) => cpu));
  const rateOf = (name: string): number => median((costs[name] ?? []).map(({ rate }) => rate));
  const show = (name: string): string => `${inMicros(cpuOf(name))}, ${inRate(rateOf(name))}`;
  const floor = cpuOf(bare);

  const rowOf: Record<Cases[string]['kind'], (name: string) => Row> = {
    floor: (name) => ({
      what: `peers, floor: ${name === bare || name === 'hono' ? name : `${bare} and one ${name}`}`,
      ours: '',
      floor: show(name),
      ratio: null,
      budget: null,
      verdict: 'info',
    }),
    ours: (name) => {
      const budget = budgets[name];
      return {
        what: `peers, ${name}`,
        ours: show(name),
        floor: inMicros(floor),
        ratio: cpuOf(name) / floor,
        budget: budget === undefined ? null : inMicros(budget),
        verdict: budget === undefined ? 'info' : verdict(cpuOf(name) <= budget),
      };
    },
    peer: (name) => {
      const [peer = '', what = ''] = name.split(': ');
      const same = `redis: ${what}`;
      const least = leastRates[name];
      const ratio = same in cases ? rateOf(same) / rateOf(name) : null;
      return {
        what: `peers, rate on Redis beside ${peer} ${versions[peer]}: ${what}`,
        ours: ratio === null ? '' : show(same),
        floor: show(name),
        ratio,
        budget: least === undefined ? null : `${least}x or more`,
        verdict: least === undefined ? 'info' : verdict(ratio !== null && ratio >= least),
      };
    },
  };
  return {
    rows: Object.entries(cases).map(([name, { kind }]) => rowOf[kind](name)),
    about: `processor time of the server process per request, and requests per second; medians of ${rounds} interleaved rounds of ${requests} requests, ${connections} at a time; Redis ${redis.version}`,
  };
}

function inRate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en')}/s`;
}
