import { createSessionManager } from 'sojourn';
import { expect, test } from 'vitest';
import { memoryVault } from '../../../src/client/vaults/memory.ts';
import { baseUrl, serverUnderTest, type ServerUnderTest } from '../../server/http/server-under-test.ts';

const dpop = { nonceSecret: new Uint8Array(32).fill(3), demandNonce: true };

/** Signs in at servers that take turns. Answers what they answered. */
async function signIn(servers: readonly ServerUnderTest[]): Promise<{ statuses: number[]; failed: unknown }> {
  const statuses: number[] = [];
  const manager = createSessionManager({
    url: baseUrl,
    vault: memoryVault(),
    liveEvents: false,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const answer = await servers[statuses.length % servers.length]!.server.fetch(request);
      statuses.push(answer.status);
      return answer;
    },
  });
  const failed = await manager.signIn({ username: 'ada', password: 'right' }).then(
    () => null,
    (error: unknown) => error,
  );
  manager.dispose();
  return { statuses, failed };
}

/** Two servers with one secret, whose clocks are apart. */
async function twoServers(behindMs: number): Promise<ServerUnderTest[]> {
  const ahead = await serverUnderTest({ dpop });
  const clock = { now: () => ahead.clock.now() - behindMs };
  return [ahead, await serverUnderTest({ dpop, clock, sessions: ahead.sessions, tokens: ahead.tokens })];
}

test.each([
  ['a fraction of a second', 200, [400, 201]],
  ['fifteen seconds', 15_000, [400, 201]],
  // The nonce of the one is from the future for the other, whose own is good everywhere.
  ['more than nonces allow for', 20_000, [400, 400, 201]],
])(
  'signs in where every proof needs a nonce and the clocks of two servers are apart by %s',
  async (_, ms, statuses) => {
    expect(await signIn(await twoServers(ms))).toEqual({ statuses, failed: null });
  },
);

test('a server that is never content with its nonces gets three requests', async () => {
  let fill = 0;
  // Another secret at every look: no nonce is known again.
  const server = await serverUnderTest({
    dpop: { ...dpop, nonceSecret: () => [new Uint8Array(32).fill(++fill % 256)] },
  });
  const { statuses, failed } = await signIn([server]);
  expect(statuses).toEqual([400, 400, 400]);
  expect(failed).toMatchObject({ code: 'unexpected_answer' });
});
