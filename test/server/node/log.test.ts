import { afterEach, describe, expect, it } from 'vitest';
import { logLines } from '../../../src/server/node/log-lines.ts';
import { processMetrics } from '../../../src/server/node/process-metrics.ts';
import { startWith, type Program } from './program.ts';

let program: Program | null = null;
afterEach(async () => {
  if (program?.child.exitCode === null && program.child.signalCode === null) await program.end('SIGKILL');
  program = null;
});

async function serving(env: Record<string, string>, ...args: string[]): Promise<Program> {
  program = await startWith(env, '--store', 'memory', '--demo-users', ...args);
  return program;
}

const lines = ({ output }: Program): string[] => output().split('\n').filter(Boolean);

describe('the log of sojourn serve', { timeout: 30_000 }, () => {
  it('is JSON alone with --log json: every line an object', async () => {
    const on = await serving({}, '--log', 'json');
    const { access_token } = await on.signIn();
    await fetch(`${on.url}/session`, { headers: { authorization: `Bearer ${access_token}` } });
    await on.end('SIGTERM');
    const entries = lines(on).map((line) => JSON.parse(line) as { event: string; route?: string });
    expect(entries.map(({ event, route }) => [event, route])).toEqual([
      ['listening', undefined],
      ['request', '/sessions'],
      ['request', '/session'],
    ]);
    expect(on.output()).not.toContain(access_token);
  });

  it('is a line for people otherwise, and none with --log none', async () => {
    const on = await serving({});
    await on.signIn();
    await on.end('SIGTERM');
    expect(lines(on).at(-1)).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} POST \/sessions 201 [\d.]+ ms address=127\.0\.0\.1 user_id=user_ada session=[\da-f]{16}$/,
    );
    const quiet = await serving({}, '--log', 'none');
    await quiet.signIn();
    await quiet.end('SIGTERM');
    expect(quiet.output()).not.toContain('POST');
  });

  it('shows what strangers wrote without obeying it', () => {
    const entry = {
      time: '2026-01-05T12:00:00.000Z',
      level: 'warn',
      event: 'sign_in_failed',
      user_id: 'a\u001B[2J\nb',
    } as const;
    expect(logLines('human').entry(entry)).toBe('12:00:00.000 ! sign_in_failed user_id=a\u{FFFD}[2J\u{FFFD}b\n');
    expect(logLines('json').entry(entry).split('\n')).toHaveLength(2);
    expect(JSON.parse(logLines('json').failure(new Error('broken\nin two')))).toMatchObject({
      event: 'failure',
      message: 'broken\nin two',
    });
  });
});

describe('the metrics of sojourn serve', { timeout: 30_000 }, () => {
  it('have the numbers of the process, for the key that the environment names', async () => {
    const { url } = await serving({ SOJOURN_METRICS_KEY: 'metrics-key-Zx81-q0p9-w2o8-e3i7' });
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const answer = await fetch(`${url}/metrics`, {
      headers: { authorization: 'Bearer metrics-key-Zx81-q0p9-w2o8-e3i7' },
    });
    const text = await answer.text();
    for (const { name } of processMetrics()) expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });
});
