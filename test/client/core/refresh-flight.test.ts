import { describe, expect, it } from 'vitest';
import { fly, type FlightResult } from '../../../src/client/core/refresh-flight.ts';
import type { Grant, RefreshAttempt, TokenAnswer, Transport } from '../../../src/client/core/transport.ts';
import { fakePlatform, fakeVault } from '../../../src/testing/index.ts';
import { liveRecord } from '../vaults/records.ts';

const grant: Grant = {
  sessionId: 'session_1',
  generation: 5,
  accessToken: 'access-5',
  tokenType: 'Bearer',
  refreshToken: null,
  revocationToken: 'revoke-1',
  lifeMs: 300_000,
  serverTime: null,
};

/** One flight in cookie mode, with `answers` in order; what was sent, and what came of it. */
async function flight(...answers: TokenAnswer[]): Promise<{ sent: RefreshAttempt[]; result: FlightResult }> {
  const { clock, keys, random, abort } = fakePlatform();
  const vault = fakeVault();
  const record = liveRecord({ generation: 4, refreshToken: null });
  vault.put({ record });
  const sent: RefreshAttempt[] = [];
  const transport = {
    tokenUrl: 'https://api.test/token',
    acceptsProof: true,
    async refresh(attempt: RefreshAttempt): Promise<TokenAnswer> {
      sent.push(attempt);
      return answers.shift() ?? { kind: 'granted', grant };
    },
  } as Partial<Transport> as Transport;
  const result = await fly({ vault, transport, keys, clock, random, signal: abort().signal }, record);
  return { sent, result };
}

const keysOf = (sent: RefreshAttempt[]): string[] => sent.map(({ attemptKey }) => attemptKey);

describe('a jar that the server finds stale', () => {
  it('and in step with the record: the second attempt carries the same key', async () => {
    const { sent, result } = await flight({ kind: 'stale', generation: 4 });
    expect(result).toMatchObject({ kind: 'granted', record: { generation: 5 } });
    expect(sent).toHaveLength(2);
    expect(new Set(keysOf(sent)).size).toBe(1);
    expect(sent.map(({ attempts }) => attempts)).toEqual([sent[0]?.attempts, sent[0]?.attempts]);
  });

  it('and ahead of the record: the second attempt is one of that generation, with a key of its own', async () => {
    const { sent, result } = await flight(
      { kind: 'stale', generation: 7 },
      { kind: 'granted', grant: { ...grant, generation: 8 } },
    );
    expect(result).toMatchObject({ kind: 'granted', record: { generation: 8 } });
    expect(sent.map(({ generation }) => generation)).toEqual([4, 7]);
    expect(new Set(keysOf(sent)).size).toBe(2);
  });

  it('twice: somebody else holds the successors', async () => {
    const stale = { kind: 'stale', generation: 4 } as const;
    const { sent, result } = await flight(stale, stale);
    expect(result).toMatchObject({ kind: 'ended', reason: 'reuse_detected' });
    expect(sent).toHaveLength(2);
  });
});
