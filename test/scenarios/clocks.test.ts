import { describe, expect, it } from 'vitest';
import { done, signedIn, watch, type Watched } from './signed-in.ts';
import { count, createWorld, type Opened, type World } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const to1970 = -Date.UTC(2026, 0, 1) + day;

/** Sets the clock of a tab that was just opened. It tells whole milliseconds, as clocks do. */
function setClock({ tab: { clock } }: Opened, skewMs: number): void {
  const now = clock.now.bind(clock);
  clock.now = () => Math.ceil(now());
  clock.step(skewMs);
}

/** Signs in in a tab whose clock is wrong. */
async function skewed(skewMs: number, remember = true): Promise<{ world: World } & Watched> {
  const world = createWorld();
  const opened = world.open();
  setClock(opened, skewMs);
  await done(world, opened.session.signIn({ username: 'ada' }, { remember }));
  return { world, ...watch(opened) };
}

/** Somebody is there: once a minute, for as long as that. */
async function busyFor({ world, tab, session }: { world: World } & Watched, ms: number): Promise<number[]> {
  const answers: number[] = [];
  for (let passed = 0; passed < ms; passed += minute) {
    await world.clock.advance(minute);
    tab.platform.act();
    answers.push((await done(world, session.fetch('/session'))).status);
  }
  return answers;
}

const bad = ({ seen }: World): unknown[] =>
  seen
    .filter(({ status, route }) => status >= 400 && route !== 'POST /sessions')
    .map(({ route, status }) => [route, status]);

describe('a clock that is wrong', () => {
  it.each([
    ['an hour ahead', hour],
    ['a day ahead', day],
    ['ten years ahead', 3650 * day],
    ['an hour behind', -hour],
    ['in 1970', to1970],
  ])('F5: %s: one refresh per life, no request that is refused, no loop', async (_, skewMs) => {
    const ada = await skewed(skewMs);
    const answers = await busyFor(ada, hour);
    expect(new Set(answers)).toEqual(new Set([200]));
    const refreshes = count(ada.world, 'POST /token', 200);
    expect(refreshes).toBeGreaterThanOrEqual(Math.floor(60 / 5));
    expect(refreshes).toBeLessThanOrEqual(Math.ceil(60 / 3));
    expect(bad(ada.world)).toEqual([]);
    expect(ada.statuses).toEqual(['authenticated']);
    expect(ada.session.idle.getState().phase).toBe('active');
  });

  it.each([
    ['an hour ahead', hour],
    ['a day ahead', day],
    ['an hour behind', -hour],
    ['in 1970', to1970],
  ])('F5: %s, and a page that is loaded then: signed in, without a loop', async (_, skewMs) => {
    const { world, tab } = await skewed(skewMs, false);
    tab.close();
    const opened = world.open();
    setClock(opened, skewMs);
    const ada = { world, ...watch(opened) };
    await done(world, ada.session.ready());
    expect(new Set(await busyFor(ada, hour))).toEqual(new Set([200]));
    expect(bad(world)).toEqual([]);
    expect(count(world, 'POST /token', 200)).toBeLessThanOrEqual(20);
  });

  it.each([
    ['an hour ahead', hour],
    ['a day ahead', day],
    ['ten minutes behind', -10 * minute],
  ])(
    'F5: it was %s when the person signed in, and is right when the page is loaded again: signed in, and active',
    async (_, skewMs) => {
      const { world, tab } = await skewed(skewMs, false);
      tab.close();
      await world.clock.advance(minute);
      const ada = { world, ...watch(world.open()) };
      await done(world, ada.session.ready());
      expect(ada.session.getState().status).toBe('authenticated');
      expect(ada.session.idle.getState().phase).toBe('active');
      const answers = await busyFor(ada, hour);
      expect(answers.filter((status) => status !== 200)).toEqual([]);
      expect(ada.statuses).toEqual(['loading', 'authenticated']);
      expect(ada.session.idle.getState().phase).toBe('active');
      expect(count(world, 'POST /token', 200)).toBeLessThanOrEqual(21);
      await world.clock.advance(31 * minute);
      expect(ada.session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    },
  );

  it('F6: ten minutes behind, with tokens of five minutes: no request is refused', async () => {
    const ada = await skewed(-10 * minute);
    expect(new Set(await busyFor(ada, hour))).toEqual(new Set([200]));
    expect(bad(ada.world)).toEqual([]);
  });

  it('F6: it falls behind so slowly that nothing notices: the first request that is refused renews, and the next ones are good', async () => {
    const ada = await signedIn();
    const { world, tab, session } = ada;
    await done(world, session.getAccessToken());
    // Time passes at the server, and hardly any here.
    for (let n = 0; n < 200; n++) {
      await world.clock.advance(2 * second);
      tab.clock.step(-1.9 * second);
      tab.platform.emit('look');
      await done(world, session.getAccessToken());
    }
    expect(count(world, 'POST /token', 200)).toBe(0);
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
    // The server may ask for a proof with its own time in it.
    expect(bad(world)).toEqual([
      ['GET /session', 401],
      ['POST /token', 400],
    ]);
    expect(count(world, 'POST /token', 200)).toBe(1);
    expect(new Set(await busyFor(ada, 20 * minute))).toEqual(new Set([200]));
    expect(bad(world)).toHaveLength(2);
    expect(ada.statuses).toEqual(['authenticated']);
  });

  it('F6: it is set back by ten minutes while a tab is open: no request to the API is refused', async () => {
    const ada = await signedIn();
    ada.tab.clock.step(-10 * minute);
    expect(new Set(await busyFor(ada, 30 * minute))).toEqual(new Set([200]));
    // The server may ask for a proof with its own time in it, once.
    expect(bad(ada.world).length).toBeLessThanOrEqual(1);
    expect(count(ada.world, 'GET /session', 401)).toBe(0);
  });
});

describe('a clock that is set while somebody is there', () => {
  it.each([
    ['nobody calls', async () => {}],
    ['the tab is looked at each time', async ({ tab }: Watched) => tab.platform.emit('look')],
    ['the person acts each time', async ({ tab }: Watched) => tab.platform.act()],
    ['a token is asked for each time', async ({ session }: Watched) => void session.getAccessToken()],
    ['a refresh is under way each time', async ({ session }: Watched) => void session.refresh().catch(() => {})],
  ])(
    'F7: forth by two hours and back again, and %s: nobody is signed out, at most one refresh more',
    async (name, meanwhile) => {
      const { world, ...ada } = await signedIn({ remember: false });
      const warnings: unknown[] = [];
      ada.session.on('idle_warning', (warning) => warnings.push(warning));
      const asked = name.includes('refresh') ? 2 : 0;
      for (const ms of [2 * hour, -2 * hour]) {
        ada.tab.clock.step(ms);
        await meanwhile(ada);
        await world.clock.advance(30 * second);
      }
      expect(count(world, 'POST /token', 200)).toBeLessThanOrEqual(asked + 1);
      expect(ada.statuses).toEqual(['authenticated']);
      expect(ada.session.idle.getState().phase).toBe('active');
      expect(warnings).toEqual([]);
      await world.clock.advance(15 * minute);
      expect(ada.session.idle.getState().phase).toBe('active');
      await world.clock.advance(16 * minute);
      expect(ada.session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    },
  );

  it('F7: forth by two hours, in four tabs: nobody is signed out, and the limit still comes in its time', async () => {
    const { world, ...first } = await signedIn({ remember: false });
    const tabs = [first, ...Array.from({ length: 3 }, () => watch(world.open()))];
    for (const { session } of tabs) await done(world, session.ready());
    await world.clock.advance(minute);
    for (const { tab } of tabs) tab.clock.step(2 * hour);
    first.tab.platform.act();
    first.tab.platform.emit('look');
    await world.clock.advance(20 * minute);
    for (const { session, statuses } of tabs) {
      expect(statuses.at(-1)).toBe('authenticated');
      expect(session.idle.getState().phase).toBe('active');
    }
    await world.clock.advance(12 * minute);
    for (const { session } of tabs)
      expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  });
});
