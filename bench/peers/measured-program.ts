// A server in a process of its own, and what its requests cost.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { heard, type Started } from '../server/control.ts';
import { inLanes } from '../server/load.ts';
import type { Case } from './case.ts';
import { connections, createHttpLoad, type HttpLoad } from './http-load.ts';

/** A server process. */
export interface Program {
  url: string;
  load: HttpLoad;
  /** Processor time it has used so far, in microseconds: user and system, all threads. */
  processorTime: () => Promise<number>;
  close: () => Promise<void>;
}

/** Starts a program of the folder `bench`, as in production. */
export async function startProgram(file: string, args: readonly string[], most?: number): Promise<Program> {
  const program = path.join(import.meta.dirname, '..', file);
  const child: ChildProcess = fork(program, args, { env: { ...process.env, NODE_ENV: 'production' } });
  const ended = once(child, 'exit');
  const { port } = await heard<Started>(child);
  const load = await createHttpLoad(port, most);
  return {
    url: `http://localhost:${port}`,
    load,
    processorTime: async () => {
      const answer = heard<number>(child);
      child.send('cpu');
      return answer;
    },
    close: async () => {
      await load.close();
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** What one round of requests cost. */
export interface Cost {
  /** Processor time of the server per request, in microseconds. */
  cpu: number;
  /** Requests per second. */
  rate: number;
}

/** Requests at the beginning of a round that are not counted: a process that had nothing to do is slow at first. */
const wakeUp = 50;

/** One round. */
export async function measure(program: Program, { prepare, part = 1 }: Case, usual: number): Promise<Cost> {
  const requests = Math.ceil(usual * part);
  const run = await prepare(wakeUp + requests);
  await inLanes(wakeUp, run, connections);
  const before = await program.processorTime();
  const start = performance.now();
  await inLanes(requests, (lane, index) => run(lane, wakeUp + index), connections);
  const seconds = (performance.now() - start) / 1000;
  return { cpu: ((await program.processorTime()) - before) / requests, rate: requests / seconds };
}
