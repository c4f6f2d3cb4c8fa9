import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startAppServer } from '../browser/app-server.ts';
import { startBrowser } from '../browser/browser.ts';
import { seededRandom } from '../browser/seeded-random.ts';
import { startSessionServer } from '../browser/session-server.ts';
import { untilCalm } from './calm.ts';
import type { Evidence, Finding } from './evidence.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { createPeople } from './people.ts';
import { createPerformer } from './perform.ts';
import { planRound } from './schedule.ts';
import { createSeat, type Notebook } from './seat.ts';
import { readServerLog } from './server-log.ts';
import { judge } from './verdict.ts';

/** What {@link runSoak} takes. */
export interface SoakOptions {
  ms: number;
  seed: number;
  tabs: number;
  /** Is told how it goes. */
  onProgress: (line: string) => void;
}

/** How a run went. */
export interface SoakResult {
  options: SoakOptions;
  evidence: Evidence;
  findings: Finding[];
  counts: Record<string, number>;
  /** What the network did, by kind. */
  faults: Record<string, number>;
  timeLine: { at: number; text: string }[];
}

/** A browser without hidden tabs cannot show what this is about. */
export class HeadlessShellError extends Error {}

const roundMs = 25_000;
const shortestRoundMs = 5000;
/** What a page prints for a request that fails, is refused or forged. */
const expectedNoise = /Failed to load resource|blocked by CORS policy|has been blocked/;

/** Lets chaos loose on tabs, and looks at everything in the calm between the rounds. Ends early at the first promise that is broken. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { random } = seededRandom(options.seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-soak-'));
  const file = path.join(folder, 'sessions.db');
  const timeLine: SoakResult['timeLine'] = [];
  const counts: Record<string, number> = {};
  const startedAt = Date.now();
  const book: Notebook & Evidence = {
    startedAt,
    endedAt: startedAt,
    acts: [],
    states: [],
    gaps: [],
    exchanges: [],
    api: [],
    calms: [],
    events: [],
    askedRefreshes: 0,
    complaints: [],
    count: (name) => void (counts[name] = (counts[name] ?? 0) + 1),
    note: (text, at = Date.now()) => void timeLine.push({ at, text }),
  };

  // What was started is ended in turn, also when the next one cannot start.
  const ends: (() => Promise<void>)[] = [];
  try {
    const app = await startAppServer();
    ends.unshift(() => app.close());
    const proxy = await startFaultProxy();
    ends.unshift(() => proxy.close());
    const flags = ['--store', `sqlite:${file}`, '--access-ttl', '5s', '--public-origin', proxy.url];
    const server = await startSessionServer(app.url, flags);
    ends.unshift(() => server.stop());
    proxy.leadTo(server.url);
    app.trust(proxy.url);
    const browser = await startBrowser();
    ends.unshift(() => browser.close());
    if (browser.isShell)
      throw new HeadlessShellError(
        'This needs a whole Chromium (hidden and frozen tabs), and only a headless shell was found.',
      );
    const seats = Array.from({ length: options.tabs }, (_, index) => {
      const page = JSON.stringify({ server: proxy.url, tab: String(index + 1) });
      const url = `${app.url}/?page=${encodeURIComponent(page)}`;
      return createSeat(String(index + 1), { browser, url, elsewhere: `${app.url}/elsewhere.html`, book });
    });
    for (const seat of seats) await seat.open();
    const people = createPeople(book, { url: server.url, proxied: proxy.url });
    const { perform, restore } = createPerformer({ browser, server, proxy, seats, people, book, origin: app.url });

    const see = (): Finding[] => {
      const noise = browser.noise.filter((line) => !expectedNoise.test(line));
      book.exchanges = proxy.exchanges;
      book.api = app.requests;
      book.events = readServerLog(file);
      book.complaints = [...noise, server.complaints()].filter(Boolean);
      book.endedAt = Date.now();
      return judge(book);
    };

    for (;;) {
      const leftMs = startedAt + options.ms - Date.now();
      const ms = Math.max(shortestRoundMs, Math.min(leftMs, roundMs));
      for (const step of planRound({ random, tabs: options.tabs, ms })) {
        await wait(step.afterMs);
        await perform(step);
      }
      book.note('calm');
      await restore();
      // What is broken by now does not get better by waiting.
      if (isKept(see())) await untilCalm({ seats, people, book }, () => isKept(see()));
      const findings = see();
      const broken = !isKept(findings);
      options.onProgress(progress(book, broken));
      if (broken || Date.now() - startedAt >= options.ms)
        return { options, evidence: book, findings, counts, faults: proxy.hits, timeLine };
    }
  } finally {
    for (const end of ends) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function isKept(findings: readonly Finding[]): boolean {
  return findings.every(({ violations }) => violations.length === 0);
}

function progress({ startedAt, events, acts, states }: Evidence, broken: boolean): string {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const rotations = events.filter(({ type }) => type === 'session.refreshed').length;
  return `${String(seconds).padStart(4)} s: ${acts.length} sign-ins and ends, ${states.length} changes in tabs, ${rotations} refreshes; ${broken ? 'A PROMISE IS BROKEN' : 'all is well'}`;
}
