import { describe, expect, test } from 'vitest';
import { done, refusal, signedIn, watch, type Watched } from './signed-in.ts';
import { api, count, type World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Ada, with the limits of a plain sign-in: 30 minutes idle, 12 hours in all. */
const adaIn = (options: Parameters<typeof signedIn>[0] = {}): ReturnType<typeof signedIn> =>
  signedIn({ remember: false, ...options });

async function andTabs(world: World, number: number): Promise<Watched[]> {
  const tabs = Array.from({ length: number }, () => watch(world.open()));
  for (const { session } of tabs) await done(world, session.ready());
  return tabs;
}

describe('a machine that slept', () => {
  test('J3: sleep counts as absence; what wakes it is no activity; the person is out before anything is shown', async () => {
    const { world, session, tab, statuses } = await adaIn();
    const ended: string[] = [];
    session.on('ended', ({ reason }) => ended.push(reason));
    // Nobody is asked whether they are there: that, too, tells it from a person who let the warning pass.
    session.on('idle_warning', () => ended.push('warning'));
    world.clock.sleep(2 * hour);
    const before = world.seen.length;
    tab.platform.act();
    tab.platform.emit('look');
    tab.platform.act();
    expect(await refusal(world, session.getAccessToken())).toMatchObject({ code: 'session_ended', reason: 'idle' });
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    expect(session.peekAccessToken()).toBeNull();
    expect(ended).toEqual(['idle']);
    expect(statuses).toEqual(['authenticated', 'unauthenticated']);
    expect(world.seen.slice(before).filter(({ bearer }) => bearer)).toEqual([]);
    expect(session.idle.getState()).toMatchObject({ phase: 'active', deadline: null });
  });

  test('J3: the same without a network, where nobody but the clock can tell', async () => {
    const { world, session, tab } = await adaIn();
    world.clock.sleep(2 * hour);
    world.offline = true;
    tab.platform.act();
    tab.platform.emit('look');
    tab.platform.act();
    await world.clock.advance(5000);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    tab.close();
    const later = world.open().session;
    await done(world, later.ready());
    expect(later.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  });

  test('J3: no token is handed out, synchronously neither, in the first moment after waking', async () => {
    const { world, session } = await adaIn({ life: '4h' });
    expect(session.peekAccessToken()).toBeTypeOf('string');
    world.clock.sleep(2 * hour);
    expect(session.peekAccessToken()).toBeNull();
  });

  test('J3: a nap shorter than the limit signs nobody out, and counts', async () => {
    const { world, session, tab } = await adaIn();
    world.clock.sleep(20 * minute);
    tab.platform.emit('look');
    await world.clock.advance(1000);
    expect(session.getState().status).toBe('authenticated');
    await world.clock.advance(9 * minute);
    expect(session.idle.getState().phase).toBe('warning');
    await world.clock.advance(minute);
    expect(session.getState()).toMatchObject({ endReason: 'idle' });
  });
});

test('J4: timers that never fire change nothing: phase and countdown are right as soon as the tab runs', async () => {
  const { world, session, tab } = await adaIn();
  const [other] = (await andTabs(world, 1)) as [Watched];
  other.tab.stall();
  await world.clock.advance(29 * minute);
  other.tab.unstall();
  other.tab.platform.emit('look');
  await world.clock.advance(0);
  const { deadline } = session.idle.getState();
  expect(other.session.idle.getState()).toMatchObject({ phase: 'warning', deadline });
  expect((deadline ?? 0) - world.clock.now()).toBe(minute);
  other.tab.stall();
  tab.crash();
  await world.clock.advance(2 * minute);
  other.tab.unstall();
  expect(await refusal(world, other.session.getAccessToken())).toMatchObject({ reason: 'idle' });
});

test('J5: tabs that died keep nobody signed in, also one that held on to something', async () => {
  const { world, session } = await adaIn();
  const [crashed, closed, frozen] = (await andTabs(world, 3)) as [Watched, Watched, Watched];
  for (const { session: one } of [crashed, closed, frozen]) one.hold('upload');
  await world.clock.advance(25 * minute);
  crashed.tab.crash();
  closed.tab.close();
  frozen.tab.freeze();
  const { deadline } = session.idle.getState();
  await world.clock.advance((deadline ?? 0) - world.clock.now() - 1);
  expect(session.getState().status).toBe('authenticated');
  expect(session.idle.getState().phase).toBe('warning');
  await world.clock.advance(1);
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
});

describe('work that looks like nobody is there', () => {
  test('J6: a hold keeps the session for hours, in every tab, and at the server too', async () => {
    const { world, session } = await adaIn();
    const [other] = (await andTabs(world, 1)) as [Watched];
    const warnings: unknown[] = [];
    for (const one of [session, other.session]) one.on('idle_warning', (warning) => warnings.push(warning));
    const letGo = session.hold('a call');
    await world.clock.advance(3 * hour);
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
    expect(other.session.getState().status).toBe('authenticated');
    expect(warnings).toEqual([]);
    letGo();
    letGo();
    await world.clock.advance(31 * minute);
    for (const one of [session, other.session]) expect(one.getState()).toMatchObject({ endReason: 'idle' });
  });

  test('J6: a hold does not outlast the absolute end, nor a night asleep', async () => {
    const first = await adaIn();
    first.session.hold('a call');
    await first.world.clock.advance(12 * hour + 1000);
    expect(first.session.getState()).toMatchObject({ endReason: 'absolute_expired' });
    const second = await adaIn();
    second.session.hold('an upload');
    second.world.clock.sleep(9 * hour);
    second.tab.platform.emit('look');
    await second.world.clock.advance(1000);
    expect(second.session.getState()).toMatchObject({ endReason: 'idle' });
  });

  test('J6: one of several holds is let go: the others go on', async () => {
    const { world, session } = await adaIn();
    const [first] = [session.hold('one'), session.hold('two')];
    first?.();
    await world.clock.advance(hour);
    expect(session.getState().status).toBe('authenticated');
  });
});

test('J7: refreshes, requests and looks at the page are no activity: after the limit nothing is renewed any more', async () => {
  const { world, session, tab } = await adaIn();
  const { deadline } = session.idle.getState();
  for (let n = 0; n < 29; n++) {
    await world.clock.advance(minute);
    await done(world, session.fetch('/session'));
    if (n % 5 === 0) await done(world, session.refresh());
    tab.platform.emit('look');
    tab.platform.emit('online');
    expect(session.idle.getState().deadline).toBe(deadline);
  }
  await world.clock.advance(minute);
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  const before = count(world, 'POST /token', 200);
  await world.clock.advance(2 * hour);
  tab.platform.emit('look');
  await world.clock.advance(hour);
  expect(count(world, 'POST /token', 200)).toBe(before);
});

describe('the absolute end', () => {
  /** Somebody who works all day. */
  async function work({ world, tab }: { world: World } & Watched, ms: number): Promise<void> {
    for (const end = world.clock.now() + ms; world.clock.now() < end;) {
      tab.platform.act();
      await world.clock.advance(Math.min(10 * minute, end - world.clock.now()));
    }
  }

  test('J8: is warned of five minutes before, once a tab, and nothing puts it off', async () => {
    const ada = await adaIn();
    const { world, session } = ada;
    const [other] = (await andTabs(world, 1)) as [Watched];
    const warnings: number[] = [];
    const end = world.clock.now() + 12 * hour;
    for (const one of [session, other.session]) one.on('absolute_warning', ({ endsAt }) => warnings.push(endsAt));
    await work(ada, 12 * hour - 5 * minute - 1);
    expect(warnings).toEqual([]);
    await world.clock.advance(2);
    expect(warnings.map((endsAt) => Math.abs(endsAt - end) < 1000)).toEqual([true, true]);
    session.stayActive();
    session.hold('a call');
    await done(world, session.refresh());
    await work(ada, 4 * minute);
    expect(session.getState()).toMatchObject({ status: 'authenticated', session: { absoluteEndsAt: end } });
    // Nobody has to be asked about it.
    world.offline = true;
    await work(ada, 2 * minute);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'absolute_expired' });
    expect(warnings).toHaveLength(2);
    expect(other.session.getState()).toMatchObject({ endReason: 'absolute_expired' });
    // Nothing that was handed out is good for longer than the session.
    expect((await world.sessions.list('ada')).sessions).toEqual([]);
  });

  test('J8: no access token outlives it', async () => {
    const ada = await adaIn();
    await work(ada, 12 * hour - 2 * minute);
    await done(ada.world, ada.session.refresh());
    const { expiresAt } = ada.session.token.getState();
    const { session } = ada.session.getState() as { session: { absoluteEndsAt: number } };
    expect(expiresAt).toBeLessThanOrEqual(session.absoluteEndsAt);
  });
});

describe('the warning', () => {
  test('J9: leaves two minutes to answer, and can be answered ten times and more', async () => {
    const { world, session } = await adaIn();
    const warned: number[] = [];
    session.on('idle_warning', ({ deadline }) => warned.push(deadline - world.clock.now()));
    for (let n = 0; n < 12; n++) {
      await world.clock.advance(29.5 * minute);
      expect(session.idle.getState().phase).toBe('warning');
      session.stayActive();
      expect(session.idle.getState().phase).toBe('active');
    }
    expect(session.getState().status).toBe('authenticated');
    expect(warned).toHaveLength(12);
    for (const ms of warned) expect(ms).toBe(2 * minute);
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
  });
});

describe('the server', () => {
  test('J10: ends an idle session by itself when every tab was killed', async () => {
    const { world, tab } = await adaIn();
    const { sessionId, refreshToken } = world.vault.record() as { sessionId: string; refreshToken: string };
    tab.crash();
    await world.clock.advance(29 * minute);
    expect((await world.sessions.inspect(sessionId))?.endReason).toBeNull();
    await world.clock.advance(minute);
    expect((await world.sessions.inspect(sessionId))?.endReason).toBe('idle');
    const answer = await world.send(
      new Request(`${api}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
      }),
    );
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant', reason: 'idle' });
  });

  test('J10: a client that only refreshes, for ever, is ended at the limit', async () => {
    const { world, session } = await adaIn({ idle: false });
    // It learns of it with its next refresh.
    await world.clock.advance(35 * minute);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  });

  test('J10: hears of a person who is there, and does not end what the tabs keep', async () => {
    const { world, session, tab } = await adaIn();
    for (let n = 0; n < 60; n++) {
      tab.platform.act();
      await world.clock.advance(2 * minute);
    }
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
    expect(count(world, 'POST /session/touch', 204) + count(world, 'POST /session/touch', 200)).toBeGreaterThan(30);
  });
});
