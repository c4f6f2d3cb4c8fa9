// The figures of the whole engine beside floors and peers: requests, bytes, and whether any of it grows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installedPeers } from './installed-peers.ts';
import type { BenchOptions } from './options.ts';
import { requestRows } from './peers/request-rows.ts';
import { withRedis } from './redis-server.ts';
import type { Part } from './row.ts';
import { everywhereRows, growthRows, weightRows } from './stores/store-rows.ts';

const defaultRounds = 12;
const requests = 1000;

export async function peers({ full, rounds }: BenchOptions): Promise<Part> {
  const versions = installedPeers();
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-bench-'));
  const count = rounds ?? defaultRounds;
  const plan = { rounds: count, requests, folder, versions };
  try {
    const asked = await withRedis((redis) => requestRows({ ...plan, redis }));
    return {
      name: 'peers',
      about: asked.about,
      rows: [
        ...asked.rows,
        ...(await weightRows(folder)),
        ...(await everywhereRows(folder, count)),
        ...(await growthRows(folder, full ? 1_000_000 : 100_000, count)),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
