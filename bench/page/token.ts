// Reads a valid token, again and again.
import { createSessionManager } from 'sojourn';

/** Nanoseconds per read, one number a round. */
export interface TokenTimes {
  ours: number[];
  floor: number[];
  /** The floor with one look at the clock: what any check of an expiry costs. */
  clocked: number[];
  peek: number[];
}

declare global {
  var measureTokens: (rounds: number) => Promise<TokenTimes>;
}

const readsARound = 100_000;
const peeksARound = 500_000;

const manager = createSessionManager({ url: location.origin, name: 'token', liveEvents: false });
await manager.signIn({ username: 'ada' });

const variable = await manager.getAccessToken();
async function floor(): Promise<string> {
  return variable;
}

const end = Date.now() + 3_600_000;
async function clocked(): Promise<string> {
  return Date.now() < end ? variable : '';
}

// Loops with the same words: one shared loop would be compiled for whichever function came first.
async function timeOurs(): Promise<number> {
  let characters = 0;
  const start = performance.now();
  for (let i = 0; i < readsARound; i++) characters += (await manager.getAccessToken()).length;
  return perRead(start, readsARound, characters);
}

async function timeFloor(): Promise<number> {
  let characters = 0;
  const start = performance.now();
  for (let i = 0; i < readsARound; i++) characters += (await floor()).length;
  return perRead(start, readsARound, characters);
}

async function timeClocked(): Promise<number> {
  let characters = 0;
  const start = performance.now();
  for (let i = 0; i < readsARound; i++) characters += (await clocked()).length;
  return perRead(start, readsARound, characters);
}

function timePeek(): number {
  let characters = 0;
  const start = performance.now();
  for (let i = 0; i < peeksARound; i++) characters += manager.peekAccessToken()?.length ?? 0;
  return perRead(start, peeksARound, characters);
}

function perRead(start: number, reads: number, characters: number): number {
  const ms = performance.now() - start;
  if (characters !== reads * variable.length) throw new Error('Some reads did not answer the token.');
  return (ms * 1e6) / reads;
}

globalThis.measureTokens = async (rounds) => {
  const times: TokenTimes = { ours: [], floor: [], clocked: [], peek: [] };
  const warmUp = 5;
  for (let round = 0; round < warmUp + rounds; round++) {
    const first = round % 2 === 0 ? await timeOurs() : null;
    const floorTime = await timeFloor();
    const ours = first ?? (await timeOurs());
    const clockedTime = await timeClocked();
    const peek = timePeek();
    if (round < warmUp) continue;
    times.ours.push(ours);
    times.floor.push(floorTime);
    times.clocked.push(clockedTime);
    times.peek.push(peek);
  }
  return times;
};
document.title = 'ready';
