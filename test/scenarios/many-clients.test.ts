import { describe, expect, it } from 'vitest';
import { fakeClock, fakePlatform, seededRandom, type FakePlatform } from '../../src/testing/index.ts';
import { createSessionManager, type SessionManager } from '../../src/index.ts';
import { oauth2Transport } from '../../src/client/transports/oauth2.ts';
import { memoryVault } from '../../src/client/vaults/index.ts';
// Loaded on demand by the manager: here it is there already, so that nothing waits for a disk.
import '../../src/online.ts';
import { strangersTokens } from './strangers-server.ts';

const second = 1000;
const life = 300;

/** So many browsers that got their tokens within one second; `answer` is what the server says to a refresh. */
async function crowd(
  clients: number,
  answer: (count: number) => Response,
): Promise<{
  clock: ReturnType<typeof fakeClock>;
  asked: number[];
  sessions: SessionManager[];
  platforms: FakePlatform[];
}> {
  const clock = fakeClock({ turns: 2 });
  const asked: number[] = [];
  const sessions: SessionManager[] = [];
  const platforms: FakePlatform[] = [];
  for (let n = 0; n < clients; n++) {
    const transport = oauth2Transport({
      tokenUrl: 'https://id.example.com/token',
      fetch: async () => answer(asked.push(clock.now())),
    });
    const platform = fakePlatform({ clock, random: seededRandom(n) });
    const session = createSessionManager({ transport, platform, vault: memoryVault(), liveEvents: false });
    await session.adopt(strangersTokens({ expires_in: life }), { id: `user ${n}` });
    sessions.push(session);
    platforms.push(platform);
    await clock.advance(second / clients);
  }
  return { clock, asked, sessions, platforms };
}

const granted = (count: number): Response => Response.json(strangersTokens({ expires_in: life }, count));

/** The most requests in any one second. */
function busiest(moments: number[]): number {
  const bySecond = new Map<number, number>();
  for (const moment of moments)
    bySecond.set(Math.floor(moment / second), (bySecond.get(Math.floor(moment / second)) ?? 0) + 1);
  return Math.max(...bySecond.values());
}

describe('clients', () => {
  it('F8: a thousand that got their tokens within one second renew them over a tenth of their life', async () => {
    const clients = 1000;
    const { clock, asked, sessions } = await crowd(clients, granted);
    await clock.advance((life - 60) * second);
    expect(asked).toHaveLength(clients);
    expect(Math.max(...asked) - Math.min(...asked)).toBeGreaterThanOrEqual((life / 10) * second * 0.98);
    expect(busiest(asked)).toBeLessThan(3 * (clients / (life / 10)));
    for (const session of sessions) session.dispose();
  });

  it('F8: renew at the same moments when chance is the same', async () => {
    const plans: unknown[] = [];
    for (let run = 0; run < 2; run++) {
      const { sessions } = await crowd(100, granted);
      plans.push(sessions.map(({ token }) => token.getState().refreshAt));
      for (const session of sessions) session.dispose();
    }
    expect(plans[0]).toEqual(plans[1]);
  });

  it('F8: whose server was away come back spread over the pause', async () => {
    const clients = 200;
    let isDown = true;
    const { clock, asked, sessions, platforms } = await crowd(clients, (count) =>
      isDown ? new Response(null, { status: 503 }) : granted(count),
    );
    await clock.advance(10 * 60 * second);
    // All of them try at the same moment, in vain.
    const before = asked.length;
    for (const platform of platforms) platform.setOnline(true);
    await clock.settle();
    expect(asked.length - before).toBeGreaterThan(clients * 0.9);
    isDown = false;
    const since = asked.length;
    await clock.advance(61 * second);
    const back = asked.slice(since);
    expect(back).toHaveLength(clients);
    expect(busiest(back)).toBeLessThan(clients / 8);
    for (const session of sessions) session.dispose();
  });
});
