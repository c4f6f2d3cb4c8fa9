import type { Finding } from './evidence.ts';
import { busiest } from './server-promises.ts';
import type { SoakResult } from './run-soak.ts';

/** What a person wants to know of a run: what happened how often, and whether every promise was kept. */
export function summarize({ options, evidence, findings, counts, faults }: SoakResult): string {
  const { startedAt, endedAt, events, exchanges, api, calms, acts } = evidence;
  const count = (name: string): number => counts[name] ?? 0;
  const done = (kind: string): number => acts.filter((act) => act.kind === kind && act.acknowledged).length;
  const of = (type: string): number => events.filter((event) => event.type === type).length;
  const sent = exchanges.filter(({ path }) => path === '/token').length;
  const hits = Object.values(faults).reduce((sum, each) => sum + each, 0);
  const held = findings.every(({ violations }) => violations.length === 0);
  return [
    `Soak: ${options.tabs} tabs, ${((endedAt - startedAt) / 60_000).toFixed(1)} minutes, tokens of 5 seconds, seed ${options.seed}.`,
    '',
    `Tabs:     shown ${count('shown')}, frozen ${count('page freeze')}, reloaded ${count('reloaded')}, crashed ${count('crashed')}, left and came back ${count('came back')} (${count('back from the cache')} from the back/forward cache)`,
    `Browser:  asleep ${count('slept')}, offline ${count('offline')}, storage cleared ${count('storage cleared')}`,
    `Server:   killed and started again ${count('server killed')}`,
    `Network:  ${hits} requests spoilt (${listed(faults)})`,
    `People:   ${done('sign_in')} sign-ins, ${done('sign_out')} sign-outs, ${done('sign_out_everywhere')} from another device everywhere; ${of('session.created')} sessions; ${api.length} requests to the API`,
    `Refresh:  ${of('session.refreshed')} rotations, ${sent} requests for them, never more than ${busiest(exchanges).count} within 10 seconds; the lock was taken by force ${count('event lock_stolen')} times`,
    `Calm:     looked at all tabs ${calms.length} times`,
    '',
    ...findings.map(line),
    '',
    held ? 'Every promise was kept.' : 'A PROMISE WAS BROKEN.',
  ].join('\n');
}

function line({ promise, checked, note, violations }: Finding): string {
  const times = violations.length;
  const details = [`${checked} looked at`, ...(note ? [note] : []), ...(times > 0 ? [`${times} times not so`] : [])];
  return `${times === 0 ? 'kept  ' : 'BROKEN'}  ${promise} (${details.join(', ')})`;
}

const shownViolations = 5;
const beforeMs = 20_000;
const afterMs = 2000;

/** What was broken, and what happened around it. */
export function showEvidence(
  findings: readonly Finding[],
  timeLine: SoakResult['timeLine'],
  startedAt: number,
): string {
  const lines: string[] = [];
  const time = (at: number): string => `${((at - startedAt) / 1000).toFixed(3).padStart(9)} s`;
  for (const { promise, violations } of findings) {
    if (violations.length === 0) continue;
    lines.push('', `BROKEN: ${promise}`);
    for (const { at, text } of violations.slice(0, shownViolations)) lines.push(`  ${time(at)}  ${text}`);
  }
  const first = Math.min(...findings.flatMap(({ violations }) => violations.map(({ at }) => at)));
  const near = timeLine.filter(({ at }) => at > first - beforeMs && at < first + afterMs);
  const around = near.toSorted((a, b) => a.at - b.at);
  lines.push('', 'What happened around the first of these:', ...around.map(({ at, text }) => `  ${time(at)}  ${text}`));
  return lines.join('\n');
}

function listed(counts: Record<string, number>): string {
  const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`).join(', ');
}
