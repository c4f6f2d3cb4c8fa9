// The races that sign people out, or leave them signed in: ours on every store, the peers where they apply.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installedPeers } from './installed-peers.ts';
import type { BenchOptions } from './options.ts';
import { startProgram, type Program } from './peers/measured-program.ts';
import { betterAuthRaces, cookieRaces, oidcRaces } from './races/peer-races.ts';
import { raceNames, type Failure, type Race, type RaceName, type Racer } from './races/race.ts';
import { sojournRaces } from './races/sojourn-races.ts';
import { withRedis } from './redis-server.ts';
import { verdict, type Part, type Row } from './row.ts';

const usualRounds = 40;
const fullRounds = 400;
/** As many as requests are sent at once. */
const connections = 100;

export async function races({ full, rounds }: BenchOptions): Promise<Part> {
  const versions = installedPeers();
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-bench-'));
  const count = rounds ?? (full ? fullRounds : usualRounds);
  try {
    return await withRedis(async ({ url, version }) => ({
      name: 'races',
      about:
        `rounds that failed, of ${count}: an honest client signed out, more than one usable successor, or a session alive ` +
        `after sign-out; Redis ${version}`,
      rows: await allRaces(count, { folder, redisUrl: url, versions }),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Setting {
  folder: string;
  redisUrl: string;
  versions: Record<string, string>;
}

async function allRaces(count: number, setting: Setting): Promise<Row[]> {
  const programs: Program[] = [];
  const begin = async (file: string, ...args: string[]): Promise<Program> => {
    const program = await startProgram(file, args, connections);
    programs.push(program);
    return program;
  };
  try {
    const racers = [...(await ours(begin, setting)), ...(await peers(begin, setting))];
    const rows: Row[] = [];
    for (const name of Object.keys(raceNames) as RaceName[])
      for (const { name: racer, isOurs, races: run } of racers) {
        const race = run[name];
        if (race !== undefined) rows.push(raceRow(`${raceNames[name]}: ${racer}`, isOurs, await runRace(race, count)));
      }
    return rows;
  } finally {
    for (const program of programs) await program.close();
  }
}

type Begin = (file: string, ...args: string[]) => Promise<Program>;

async function ours(begin: Begin, { folder, redisUrl }: Setting): Promise<Racer[]> {
  const sqlite = `sqlite:${path.join(folder, 'races.db')}`;
  const stores: Array<[name: string, url: string, processes: number]> = [
    ['memory', 'memory', 1],
    ['sqlite', sqlite, 1],
    ['sqlite, 2 processes', sqlite, 2],
    ['redis', redisUrl, 1],
    ['redis, 2 processes', redisUrl, 2],
  ];
  const racers: Racer[] = [];
  for (const [name, url, processes] of stores) {
    const secrets = path.join(folder, url.replace(/:.*/, ''));
    const shared: Program[] = [];
    for (let i = 0; i < processes; i++) shared.push(await begin('server/sojourn-program.ts', url, secrets));
    racers.push({ name: `sojourn on ${name}`, isOurs: true, races: sojournRaces(shared) });
  }
  return racers;
}

async function peers(begin: Begin, { redisUrl, versions }: Setting): Promise<Racer[]> {
  const start = (name: string, ...more: string[]): Promise<Program> => begin(`peers/${name}.js`, redisUrl, ...more);
  const racer = (name: string, run: Racer['races']): Racer => ({
    name: `${name} ${versions[name]}`,
    isOurs: false,
    races: run,
  });
  return [
    racer('express-session', cookieRaces(await start('express-session'))),
    racer('iron-session', cookieRaces(await start('iron-session'))),
    // In the second, the renewal of a session is due whenever it is read.
    racer('better-auth', betterAuthRaces(await start('better-auth'), await start('better-auth', '0'))),
    racer('oidc-provider', oidcRaces(await start('oidc-provider'))),
  ];
}

/** Answers how often each failure was seen. */
async function runRace(race: Race, rounds: number): Promise<{ rounds: number; failures: Map<string, number> }> {
  const failures = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const failure: Failure = await race(round);
    if (failure !== null) failures.set(failure, (failures.get(failure) ?? 0) + 1);
  }
  return { rounds, failures };
}

function raceRow(what: string, isOurs: boolean, result: Awaited<ReturnType<typeof runRace>>): Row {
  const { rounds, failures } = result;
  const total = [...failures.values()].reduce((sum, each) => sum + each, 0);
  const kinds = [...failures].map(([failure, times]) => `${failure} ${times}`).join(', ');
  const cell = `${total} of ${rounds}${kinds === '' ? '' : `: ${kinds}`}`;
  return {
    what: `races, ${what}`,
    ours: isOurs ? cell : '',
    floor: isOurs ? null : cell,
    ratio: null,
    budget: isOurs ? 'none' : null,
    verdict: isOurs ? verdict(total === 0) : 'info',
  };
}
