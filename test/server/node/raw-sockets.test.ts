import fc from 'fast-check';
import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer, listen, type Timeouts } from '../../../src/server/node/http-server.ts';
import { serverUnderTest, type ServerUnderTest } from '../http/server-under-test.ts';
import { ambiguous, encoded, honest, mutated, smuggled, strange } from './hostile-bytes.ts';
import { rawConnection, sendRaw, type RawConnection } from './raw-connection.ts';

/** Another one every time; `SOJOURN_FUZZ_SEED` repeats a run. */
const seed = Number(process.env['SOJOURN_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const hostileRequests = 5000;
const atOnce = 25;

const inCapitals =
  'POST /revoke HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
  'Transfer-Encoding: CHUNKED\r\n\r\n7\r\ntoken=a\r\n0\r\n\r\n';

let http: Server;
let port: number;
/** Paths of the requests that got through to the session server, in order. */
let seen: string[];
let on: ServerUnderTest;

async function start(options: { lightweight?: boolean; timeouts?: Timeouts } = {}): Promise<void> {
  on = await serverUnderTest();
  seen = [];
  const { lightweight = false, ...rest } = options;
  http = createHttpServer(
    (request, env) => {
      seen.push(new URL(request.url).pathname);
      return on.server.fetch(request, env);
    },
    { lightweight, ...rest },
  );
  port = await listen(http, 0, '127.0.0.1');
}
afterEach(async () => {
  // Whatever was done to it, the next one is served, and nobody had to be told.
  const { statuses } = await sendRaw(port, honest);
  if (statuses.join() !== '200') throw new Error(`The server is not well: it answers ${statuses.join()}.`);
  if (on.errors.length > 0) throw new Error('The operator was told of it.', { cause: on.errors[0] });
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

describe.each([
  ['plain', false],
  // Last: it replaces the globals of this process.
  ['lightweight', true],
])('a server with %s requests', (_name, lightweight) => {
  beforeEach(() => start({ lightweight }));

  it.each(ambiguous)('refuses %s, and does not read what follows', async (_what, bytes) => {
    const { statuses } = await sendRaw(port, bytes + smuggled);
    expect([...new Set(statuses)]).toEqual([400]);
    expect(seen).not.toContain('/smuggled');
  });

  it.each(encoded)(
    'understands no transfer coding but chunks, and does not read what follows: %s',
    async (_what, bytes) => {
      const { statuses, text, closed } = await sendRaw(port, bytes + smuggled);
      expect([statuses, closed]).toEqual([[501], true]);
      expect(text).toMatch(/^Connection: close\r$/im);
      expect(text).toContain('"code":"not_supported"');
      expect(seen).toEqual([]);
    },
  );

  it('takes chunks whose coding is written in capitals', async () => {
    const connection = await rawConnection(port);
    connection.send(inCapitals);
    const { statuses } = await connection.answers(1);
    connection.end();
    expect([statuses, seen]).toEqual([[200], ['/revoke']]);
  });

  it.each(strange)('answers %s', async (_what, bytes, status) => {
    const { statuses, text } = await sendRaw(port, bytes);
    expect(statuses).toEqual(status === null ? [] : [status]);
    expect(text).not.toMatch(/^(X-Injected|Set-Cookie):/im);
    expect(seen).not.toContain('/smuggled');
  });

  it('answers requests that come in one piece, each, in order, and closes at garbage', async () => {
    const chunked = `POST /revoke HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ntoken=a\r\n0\r\n\r\n`;
    const connection = await rawConnection(port);
    connection.send(honest + chunked + smuggled + honest);
    const answered = await connection.answers(4);
    expect([answered.statuses, answered.closed]).toEqual([[200, 200, 404, 200], false]);
    connection.send(`\0garbage\r\n\r\n${honest}`);
    const { statuses } = await connection.closed();
    connection.end();
    expect(statuses).toEqual([200, 200, 404, 200, 400]);
    expect(seen).toEqual(['/time', '/revoke', '/smuggled', '/time']);
  });
});

it('puts no answer into the middle of another one', async () => {
  await start();
  const { access_token: token } = await on.signIn();
  const connection = await rawConnection(port);
  connection.send(`GET /events HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  await connection.answers(1);
  connection.send('\0garbage\r\n\r\n');
  const { statuses, closed } = await connection.closed();
  connection.end();
  expect([statuses, closed]).toEqual([[200], true]);
});

describe('a slow client', () => {
  const timeouts = { headersMs: 100, requestMs: 200, keepAliveMs: 60_000, lookEveryMs: 20 };
  const begun = 'POST /revoke HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/x-www-form-urlencoded\r\n';
  beforeEach(() => start({ timeouts }));

  it.each([
    ['nothing after a byte', 'G'],
    ['half of the headers', begun],
    ['half of a header', `${begun}X: a`],
    ['no body', `${begun}Content-Length: 10\r\n\r\n`],
    ['half of a body', `${begun}Content-Length: 10\r\n\r\ntoken`],
    ['half of the chunks', `${begun}Transfer-Encoding: chunked\r\n\r\n5\r\ntoken\r\n`],
  ])('that sends %s is turned away', async (_what, bytes) => {
    const connection = await rawConnection(port);
    connection.send(bytes);
    const { statuses, text } = await connection.closed();
    connection.end();
    expect([statuses, text]).toEqual([[408], expect.stringContaining('came too slowly')]);
  });

  it.each([
    ['headers', begun, 'X: a\r\n'],
    ['a body', `${begun}Content-Length: 1000000\r\n\r\n`, 'a'],
  ])('that never ceases to send %s, a bit at a time, is turned away', async (_what, bytes, bit) => {
    const connection = await rawConnection(port);
    connection.send(bytes);
    const dripping = setInterval(() => connection.send(bit), 10);
    const { closed } = await connection.closed();
    clearInterval(dripping);
    connection.end();
    expect(closed).toBe(true);
    expect(seen.filter((path) => path !== '/revoke')).toEqual([]);
  });

  it('keeps nobody else waiting', async () => {
    const slow: RawConnection[] = [];
    for (let i = 0; i < 200; i++) slow.push(await rawConnection(port));
    for (const connection of slow) connection.send(begun);
    expect((await sendRaw(port, honest)).statuses).toEqual([200]);
    for (const connection of slow) expect((await connection.closed()).closed).toBe(true);
    for (const connection of slow) connection.end();
  });
});

it(
  `${hostileRequests} hostile connections make nothing fail and do no harm (seed ${seed})`,
  { timeout: 300_000 },
  async () => {
    await start();
    const plans = fc.sample(mutated, { seed, numRuns: hostileRequests });
    const statuses = new Map<number, number>();
    const next = plans.entries();
    const play = async (): Promise<void> => {
      for (const [index, bytes] of next) {
        const answer = await sendRaw(port, bytes);
        for (const status of answer.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1);
        // 501 is no failure: it says that a transfer coding is not known here.
        const odd = answer.statuses.filter((status) => status >= 500 && status !== 501);
        expect({ odd, closed: answer.closed }, `request ${index}: ${JSON.stringify(bytes)}`).toEqual({
          odd: [],
          closed: true,
        });
        if (index % 200 === 0) expect((await sendRaw(port, honest)).statuses).toEqual([200]);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, play));
    // They are not all turned away at the door.
    for (const status of [200, 400, 404]) expect(statuses.get(status)).toBeGreaterThan(hostileRequests / 200);
  },
);
