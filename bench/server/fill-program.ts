// Creates many sessions, each of another person, and tells what they take: memory of this process, bytes on the disk.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { statSync } from 'node:fs';
import { createSessions } from '../../src/server/engine/create-sessions.ts';
import { openStore } from '../../src/server/node/open-store.ts';
import { createMac } from '../../src/server/tokens/mac.ts';

/** What this program says when it is done, in bytes per session. */
export interface Filled {
  memory: number;
  disk: number | null;
}

const [, , url = 'memory', count = '100000'] = process.argv;
const sessionCount = Number(count);
const lanes = 16;

const { store, secrets } = await openStore(url);
const sessions = createSessions({
  store,
  clock: { now: () => Date.now() },
  random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
  mac: createMac({ secrets: secrets.mac, current: secrets.currentMac, userTagSecret: secrets.userTag }),
});
// A new string each time, as requests bring them.
const browser = Buffer.from(
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
);

async function fill(from: number, to: number): Promise<void> {
  let next = from;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < to) {
        const userId = `user_${String(next++).padStart(8, '0')}`;
        const keyThumbprint = randomBytes(32).toString('base64url');
        await sessions.create({
          userId,
          keyThumbprint,
          device: { label: null, userAgent: browser.toString('latin1') },
        });
      }
    }),
  );
}

async function used(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await wait(50);
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

await fill(0, 1000);
const before = await used();
await fill(1000, 1000 + sessionCount);
const memory = ((await used()) - before) / sessionCount;
// Closing empties the write-ahead log into the file.
await sessions.close();
const disk = url.startsWith('sqlite:') ? statSync(url.slice('sqlite:'.length)).size / (1000 + sessionCount) : null;
process.send?.({ memory, disk } satisfies Filled);
