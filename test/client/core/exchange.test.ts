import { describe, expect, it } from 'vitest';
import { beginExchange, learntOffsetMs } from '../../../src/client/core/exchange.ts';
import { firstRecord, nextRecord } from '../../../src/client/core/successor.ts';
import type { Grant } from '../../../src/client/core/transport.ts';
import { fakeClock } from '../../../src/testing/index.ts';

const second = 1000;
const hour = 3600 * second;

describe('the clock of the server', () => {
  it('is learnt from an answer, the round trip halved', async () => {
    const clock = fakeClock({ now: 0 });
    const received = beginExchange(clock);
    await clock.advance(4000);
    expect(learntOffsetMs(60_000, received())).toBe(58_000);
    expect(learntOffsetMs(null, received())).toBeNull();
  });

  it.each([
    ['was set forth', 2 * hour],
    ['was set back', -2 * hour],
  ])('is not learnt from an answer during which this machine’s clock %s', async (_, ms) => {
    const clock = fakeClock();
    const received = beginExchange(clock);
    await clock.advance(second);
    clock.step(ms);
    expect(learntOffsetMs(clock.now(), received())).toBeNull();
  });

  it('is not learnt from an answer during which the machine slept', () => {
    const clock = fakeClock();
    const received = beginExchange(clock);
    clock.sleep(8 * hour);
    expect(learntOffsetMs(clock.now(), received())).toBeNull();
  });
});

describe('a record', () => {
  const facts = {
    id: 's1',
    type: 'default',
    createdAt: 0,
    absoluteEndsAt: null,
    idleTimeoutMs: null,
    remembered: false,
  };
  const grant = (serverTime: number | null): Grant => ({
    sessionId: 's1',
    generation: 1,
    accessToken: 'a1',
    tokenType: 'Bearer',
    refreshToken: 'r1',
    revocationToken: 'v1',
    lifeMs: 300_000,
    serverTime,
  });
  /** The clock was set by two hours while the answer, which took two seconds, was on its way. */
  const broken = { sentAt: 0, receivedAt: 2 * hour + 2 * second, tookMs: 2 * second };
  const whole = { sentAt: 0, receivedAt: 2 * second, tookMs: 2 * second };

  it('of a sign-in during which the clock was set is reckoned by the clock as it is after it', () => {
    const { offsetMs, issuedAt } = firstRecord(grant(3 * hour + second), { id: 'ada' }, facts, null, broken);
    expect([offsetMs, issuedAt]).toEqual([hour, 3 * hour + second]);
  });

  it('of a sign-in whose server tells no time is reckoned by this machine’s clock', () => {
    const { offsetMs, issuedAt } = firstRecord(grant(null), { id: 'ada' }, facts, null, whole);
    expect([offsetMs, issuedAt]).toEqual([0, 0]);
  });

  it('of a refresh during which the clock was set keeps the offset that was known', () => {
    const before = firstRecord(grant(hour + second), { id: 'ada' }, facts, null, whole);
    expect(before.offsetMs).toBe(hour);
    expect(nextRecord(before, grant(hour + second), broken).offsetMs).toBe(hour);
    expect(nextRecord(before, grant(second), whole).offsetMs).toBe(0);
  });
});
