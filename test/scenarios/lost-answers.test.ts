import { describe, expect, it } from 'vitest';
import { codeOf, done } from './done.ts';
import { count, createWorld, type Opened, type World } from './world.ts';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

/** What a request to the token endpoint presents. */
interface Attempt {
  key: string | null;
  /** Null in cookie mode. */
  refreshToken: string | null;
}

/** Ada, remembered for weeks, and all attempts to refresh from now on. */
async function signedIn(cookies: boolean): Promise<Opened & { world: World; attempts: Attempt[] }> {
  const world = createWorld({ cookies });
  const opened = world.open({ idle: false });
  await done(world, opened.session.signIn({ username: 'ada' }, { remember: true }));
  const attempts: Attempt[] = [];
  world.proxy = async (request) => {
    if (!request.url.endsWith('/token')) return null;
    const refreshToken = new URLSearchParams(await request.text()).get('refresh_token');
    attempts.push({ key: request.headers.get('idempotency-key'), refreshToken });
    return null;
  };
  return { world, ...opened, attempts };
}

/** Nobody was taken for a thief, and nothing else was refused either. */
function expectNoRefusal(world: World): void {
  expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
}

describe.each([
  ['bearer mode', false],
  ['cookie mode', true],
])('%s', (_, cookies) => {
  it.each([
    ['at once', 2 * second],
    ['after two hours', 2 * hour],
    ['after 13 days', 13 * day],
  ])(
    'D1: the server rotated and the answer was lost: the same attempt, repeated %s, gets the successor',
    async (_when, later) => {
      const { world, session, attempts } = await signedIn(cookies);
      world.fail('/token', 'lost');
      expect(await codeOf(done(world, session.refresh()))).toBe('network_error');
      world.clock.sleep(later);
      await done(world, session.getAccessToken());
      await done(
        world,
        session.refresh().catch(() => {}),
      );
      const [lost, again] = attempts;
      expect(again).toEqual(lost);
      expect(session.token.getState().generation).toBeGreaterThanOrEqual(1);
      await world.clock.advance(10 * second);
      await done(world, session.refresh());
      expect(attempts.at(-1)?.key).not.toBe(lost?.key);
      expect(session.getState()).toMatchObject({ status: 'authenticated' });
      expectNoRefusal(world);
    },
  );

  it('D1: eight answers in a row are lost, each to another page: all make the same attempt, and the ninth has the successor', async () => {
    const { world, tab, session, attempts } = await signedIn(cookies);
    let page: Opened = { tab, session };
    for (let lost = 0; lost < 8; lost++) {
      world.fail('/token', 'lost');
      expect(await codeOf(done(world, page.session.refresh()))).toBe('network_error');
      page.tab.crash();
      world.clock.sleep(hour);
      page = world.open({ idle: false });
      // It looks by itself when it starts, with a token that is over.
      world.fail('/token', 'lost');
      await done(world, page.session.ready());
      await codeOf(done(world, page.session.refresh()));
      world.clock.sleep(hour);
    }
    await done(world, page.session.getAccessToken());
    expect(new Set(attempts.map(({ key }) => key)).size).toBe(1);
    expect(new Set(attempts.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect(attempts.length).toBeGreaterThan(8);
    expect(page.session.token.getState().generation).toBe(1);
    expectNoRefusal(world);
  });

  it.each(['is frozen', 'stands still'])(
    'D2: a page %s between request and answer, for two hours: it goes on where it was',
    async (how) => {
      const { world, tab, session, attempts } = await signedIn(cookies);
      world.late('/token', 2 * second);
      const refresh = codeOf(session.refresh());
      await world.clock.advance(second);
      if (how === 'is frozen') tab.freeze();
      else tab.stall();
      await world.clock.advance(2 * hour);
      expect(attempts).toHaveLength(1);
      if (how === 'is frozen') tab.thaw();
      else tab.unstall();
      await world.clock.advance(2 * second);
      await refresh;
      await done(world, session.getAccessToken());
      expect(session.getState()).toMatchObject({ status: 'authenticated', connection: 'online' });
      expect(session.token.getState()).toMatchObject({ freshness: 'fresh' });
      // The answer that waited is two hours old, and so is its token. Its round trip tells little about the clock, so that the
      // server may ask for a proof with its own time in it.
      expect(attempts.length).toBeLessThanOrEqual(3);
      expect(new Set(attempts.map(({ key }) => key)).size).toBe(2);
      expect(session.token.getState().generation).toBe(2);
    },
  );

  it('D2: the machine sleeps in the middle of a refresh again and again, and each answer is lost: no loop, no end', async () => {
    const { world, session, attempts } = await signedIn(cookies);
    for (let wake = 0; wake < 6; wake++) {
      world.fail('/token', 'lost');
      const refresh = codeOf(session.refresh());
      world.clock.sleep(2 * hour);
      await done(world, refresh);
      // Awake for a second only.
      world.fail('/token', 'lost');
      await world.clock.advance(second);
      world.clock.sleep(2 * hour);
    }
    expect(attempts.length).toBeLessThanOrEqual(12);
    expect(new Set(attempts.map(({ key }) => key)).size).toBe(1);
    world.fail('/token', new Response('{}', { status: 503 }));
    await world.clock.advance(2 * 60 * second);
    expect(session.token.getState()).toMatchObject({ freshness: 'fresh' });
    expect(session.getState()).toMatchObject({ status: 'authenticated', connection: 'online' });
    expectNoRefusal(world);
  });

  it('D4: storage refuses the answer: it is used, written later, and the token it took the place of is not presented again', async () => {
    const { world, attempts } = await signedIn(cookies);
    const { tab, session: unused } = world.open({ persistence: 'memory' });
    unused.dispose();
    let updates = 0;
    const vault = {
      ...tab.vault,
      update: async (change: Parameters<typeof tab.vault.update>[0]) => {
        // The first notes the attempt, the second would take the answer in.
        if (++updates === 2) throw new DOMException('The disk is full', 'QuotaExceededError');
        return tab.vault.update(change);
      },
    };
    const { session } = world.open({ idle: false, vault, platform: tab.platform });
    await done(world, session.ready());
    const before = session.peekAccessToken();
    await done(world, session.refresh());
    expect(session.peekAccessToken()).not.toBe(before);
    expect(session.token.getState()).toMatchObject({ generation: 1, freshness: 'fresh' });
    expect(world.vault.record()).toMatchObject({ generation: 0 });
    await world.clock.advance(10 * second);
    expect(world.vault.record()).toMatchObject({ kind: 'live', generation: 1 });
    await done(world, session.refresh());
    expect(attempts).toHaveLength(2);
    expect(new Set(attempts.map(({ key }) => key)).size).toBe(2);
    if (!cookies) expect(new Set(attempts.map(({ refreshToken }) => refreshToken)).size).toBe(2);
    expectNoRefusal(world);
  });

  it('D4: the process is killed between the answer and its write: the next start makes the same attempt', async () => {
    const { world, tab, session, attempts } = await signedIn(cookies);
    void codeOf(session.refresh());
    world.late('/token', 100);
    await world.clock.advance(50);
    world.vault.slow(1000);
    await world.clock.advance(100);
    tab.crash();
    world.vault.heal();
    expect(world.vault.record()).toMatchObject({ generation: 0 });
    world.clock.sleep(hour);
    const next = world.open({ idle: false }).session;
    await done(world, next.ready());
    await done(world, next.getAccessToken());
    expect(next.token.getState()).toMatchObject({ generation: 1, freshness: 'fresh' });
    expect(attempts).toHaveLength(2);
    expect(attempts[1]).toEqual(attempts[0]);
    expect(count(world, 'POST /token', 200)).toBe(2);
    expectNoRefusal(world);
  });

  it('D6: an attempt whose answer was lost, repeated after the session was revoked, gets nothing', async () => {
    const { world, session } = await signedIn(cookies);
    const device = world.elsewhere().session;
    await done(world, device.signIn({ username: 'ada' }));
    world.fail('/token', 'lost');
    await codeOf(done(world, session.refresh()));
    const other = (await done(world, device.devices.list())).find(({ current }) => !current);
    await done(world, device.devices.revoke(other?.id ?? ''));
    world.clock.sleep(2 * second);
    await expect(done(world, session.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect(session.getState()).toMatchObject({ endReason: 'signed_out_elsewhere' });
    expect(await done(world, device.devices.list())).toHaveLength(1);
    expect(world.seen.filter(({ route, status }) => route === 'POST /token' && status === 400)).toHaveLength(1);
  });
});
