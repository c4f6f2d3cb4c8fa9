import { describe, expect, it, test } from 'vitest';
import type { EndReason, SessionOptions } from '../../src/index.ts';
import { done, refusal, signedIn, watch, type Watched } from './signed-in.ts';
import { api, count, createWorld, type World } from './world.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

test('N2: one manager signs in for a while, or for long, as it is asked to at the sign-in', async () => {
  const world = createWorld({ life: '2d' });
  const { session } = world.open();
  await done(world, session.signIn({ username: 'ada' }, { remember: false }));
  expect(session.getState()).toMatchObject({ session: { remembered: false, idleTimeoutMs: 30 * minute } });
  await world.clock.advance(31 * minute);
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  await done(world, session.signIn({ username: 'ada' }, { remember: true }));
  expect(session.getState()).toMatchObject({ session: { remembered: true, idleTimeoutMs: 14 * day } });
  await world.clock.advance(13 * day);
  expect(session.getState().status).toBe('authenticated');
  await world.clock.advance(2 * day);
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
});

describe('an API that asks for a stronger proof', () => {
  /** An API that wants the person to prove themselves again first. Answers what it received. */
  function strictApi(world: World, isProven: () => boolean): string[] {
    const received: string[] = [];
    world.proxy = async (request) => {
      if (!request.url.startsWith(`${api}/transfer`)) return null;
      received.push(await request.text());
      return isProven()
        ? Response.json({ done: true })
        : Response.json(
            { code: 'step_up_required' },
            { status: 401, headers: { 'Content-Type': 'application/problem+json' } },
          );
    };
    return received;
  }
  const transfer = { method: 'POST', body: '{"amount":5}' };

  it('N3: parks the request, and sends it once more when the person has proven themselves', async () => {
    let proven = false;
    let asked: Array<{ url: string; method: string }> = [];
    let answer = (): void => {};
    const dialog = new Promise<void>((resolve) => (answer = resolve));
    const stepUp: SessionOptions['stepUp'] = async ({ url, method }) => {
      asked.push({ url, method });
      await dialog;
    };
    const { world, session } = await signedIn({ stepUp });
    const received = strictApi(world, () => proven);
    const [first, second] = [session.fetch('/transfer', transfer), session.fetch('/transfer/other', transfer)];
    for (let turn = 0; turn < 5; turn++) await world.clock.settle();
    expect(received).toHaveLength(2);
    expect(asked).toEqual([{ url: `${api}/transfer`, method: 'POST' }]);
    proven = true;
    answer();
    expect((await done(world, first)).status).toBe(200);
    expect((await done(world, second)).status).toBe(200);
    expect(received).toEqual(Array.from({ length: 4 }, () => transfer.body));
    asked = [];
    expect((await done(world, session.fetch('/transfer', transfer))).status).toBe(200);
    expect(asked).toEqual([]);
  });

  it('N3: the person would not: a typed rejection, nothing is repeated, and they stay signed in', async () => {
    const stepUp = (): Promise<never> => Promise.reject(new Error('closed the dialog'));
    const { world, session } = await signedIn({ stepUp });
    const received = strictApi(world, () => false);
    expect(await refusal(world, session.fetch('/transfer', transfer))).toMatchObject({ code: 'step_up_required' });
    expect(received).toHaveLength(1);
    expect(session.getState().status).toBe('authenticated');
  });

  it('N3: without a way to ask, the answer of the API is the caller’s', async () => {
    const { world, session } = await signedIn();
    const received = strictApi(world, () => false);
    expect((await done(world, session.fetch('/transfer', transfer))).status).toBe(401);
    expect(received.length).toBeLessThanOrEqual(2);
    expect(session.getState().status).toBe('authenticated');
  });

  it('N3: signed out while the dialog is open: the parked request is given up, and never sent', async () => {
    const { world, session } = await signedIn({ stepUp: () => new Promise(() => {}) });
    const received = strictApi(world, () => true);
    world.fail('/transfer', Response.json({ code: 'step_up_required' }, { status: 401 }));
    const parked = session.fetch('/transfer', transfer).catch((error: unknown) => error);
    for (let turn = 0; turn < 5; turn++) await world.clock.settle();
    await done(world, session.signOut());
    expect(await parked).toMatchObject({ code: 'session_ended', reason: 'signed_out' });
    expect(received).toEqual([]);
  });

  it('N3: the person signs in anew in the dialog: the parked request goes out with the new session', async () => {
    let proven = false;
    const { world, session } = await signedIn({
      stepUp: async () => {
        await session.signIn({ username: 'ada' });
        proven = true;
      },
    });
    const received = strictApi(world, () => proven);
    expect((await done(world, session.fetch('/transfer', transfer))).status).toBe(200);
    expect(received).toEqual([transfer.body, transfer.body]);
  });

  it('N3: another person signs in while the dialog is open: what was parked is not sent in their name', async () => {
    const { world, session } = await signedIn({ stepUp: () => new Promise(() => {}) });
    const received = strictApi(world, () => false);
    const parked = session.fetch('/transfer', transfer).catch((error: unknown) => error);
    for (let turn = 0; turn < 5; turn++) await world.clock.settle();
    await done(world, session.signIn({ username: 'grace' }));
    expect(await parked).toMatchObject({ code: 'identity_changed' });
    expect(received).toHaveLength(1);
  });
});

describe('a form that is sent after the session has ended', () => {
  /** An app that keeps what could not be sent, for the person who wrote it. */
  function keepDrafts({ session }: Watched): { send(body: string): Promise<void>; sent: Array<Promise<number>> } {
    const drafts: Array<{ author: string; body: string }> = [];
    const sent: Array<Promise<number>> = [];
    let author = '';
    const post = async (body: string): Promise<number> =>
      (await session.fetch('/letters', { method: 'POST', body })).status;
    session.on('signed_in', ({ user }) => {
      for (const draft of drafts.splice(0)) if (draft.author === user.id) sent.push(post(draft.body));
    });
    return {
      sent,
      async send(body) {
        const state = session.getState();
        if (state.status === 'authenticated') author = state.user.id;
        const { code } = await post(body).then(
          () => ({ code: '' }),
          (error: { code: string }) => error,
        );
        if (code === 'session_ended') drafts.push({ author, body });
      },
    };
  }

  it.each([
    ['ada', ['a long letter', 'and another one']],
    ['grace', []],
  ])('N4: %s signs in next: the API receives %j', async (username, expected) => {
    const ada = await signedIn({ remember: false });
    const { world, session } = ada;
    const received: string[] = [];
    world.proxy = async (request) => {
      if (!request.url.endsWith('/letters')) return null;
      if (!request.headers.get('authorization')?.endsWith(session.peekAccessToken() ?? 'nobody'))
        return Response.json({}, { status: 401 });
      received.push(await request.text());
      return Response.json({});
    };
    const app = keepDrafts(ada);
    await world.sessions.revoke(world.vault.record()?.sessionId ?? '', 'revoked');
    world.fail('/letters', Response.json({}, { status: 401 }));
    await done(world, app.send('a long letter'));
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'revoked' });
    await done(world, app.send('and another one'));
    expect(received).toEqual([]);
    await done(world, session.signIn({ username }));
    expect(await done(world, Promise.all(app.sent))).toEqual(expected.map(() => 200));
    expect(received.toSorted()).toEqual(expected.toSorted());
  });
});

describe('why somebody is not signed in any more', () => {
  type Cause = (ada: { world: World } & Watched) => Promise<unknown>;
  const sessionOf = ({ world }: { world: World }): string => world.vault.record()?.sessionId ?? '';
  const causes: Array<[EndReason, Cause, Partial<SessionOptions>?]> = [
    ['signed_out', ({ world, session }) => done(world, session.signOut())],
    [
      'signed_out_elsewhere',
      async (ada) => {
        await ada.world.sessions.revoke(sessionOf(ada), 'signed_out_elsewhere');
        await refusal(ada.world, ada.session.refresh());
      },
    ],
    ['idle', ({ world }) => world.clock.advance(31 * minute)],
    [
      'expired',
      async ({ world, session }) => {
        world.fail('/token', ended('expired'));
        await refusal(world, session.refresh());
      },
    ],
    [
      'absolute_expired',
      async ({ world, tab }) => {
        for (let n = 0; n < 36; n++) {
          tab.platform.act();
          await world.clock.advance(20 * minute);
        }
      },
    ],
    [
      'revoked',
      async (ada) => {
        await ada.world.sessions.revoke(sessionOf(ada), 'revoked');
        await refusal(ada.world, ada.session.refresh());
      },
    ],
    [
      'revoked_all',
      async ({ world, session }) => {
        await world.sessions.revokeAll('ada');
        await refusal(world, session.refresh());
      },
    ],
    [
      'reuse_detected',
      async ({ world, session }) => {
        world.fail('/token', ended('reuse_detected'));
        await refusal(world, session.refresh());
      },
    ],
    [
      'refresh_rejected',
      async ({ world, session }) => {
        world.fail('/token', ended('unknown'));
        await refusal(world, session.refresh());
      },
    ],
    [
      'storage_missing',
      async ({ world, tab }) => {
        world.vault.clear();
        tab.platform.emit('look');
        await world.clock.advance(6 * minute);
      },
    ],
    [
      'storage_corrupt',
      async ({ world, tab }) => {
        world.vault.corrupt();
        tab.platform.emit('look');
        await world.clock.advance(6 * minute);
      },
    ],
    [
      'identity_changed',
      async ({ world }) => {
        const { session } = world.open();
        await done(world, session.signIn({ username: 'grace' }));
      },
      { onIdentityChange: 'end' },
    ],
  ];

  function ended(reason: string): Response {
    return Response.json({ error: 'invalid_grant', code: 'session_ended', reason }, { status: 400 });
  }

  test.each(causes)(
    'N5: %s is told once, is kept, and is read the same after a reload',
    async (reason, cause, options) => {
      const ada = await signedIn({ remember: false, ...options });
      const { world, session } = ada;
      const told: EndReason[] = [];
      session.on('ended', (end) => told.push(end.reason));
      await cause(ada);
      await world.clock.advance(1000);
      expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: reason });
      expect(told).toEqual([reason]);
      if (reason === 'identity_changed') return;
      ada.tab.close();
      const login = world.open();
      await done(world, login.session.ready());
      expect(login.session.getState()).toMatchObject({ status: 'unauthenticated', endReason: reason });
    },
  );

  test('N5: the twelve causes are all there are', async () => {
    const { endReasons } = await import('../../src/protocol/end-reason.ts');
    expect(causes.map(([reason]) => reason).sort()).toEqual([...endReasons].sort());
  });
});

describe('an app and a sign-in page that lead to each other', () => {
  /** Goes where each page would send the person, until one keeps them. */
  async function travel(world: World, from: 'app' | 'login'): Promise<string[]> {
    const visited: string[] = [];
    let page: 'app' | 'login' | null = from;
    while (page && visited.length < 10) {
      visited.push(page);
      const here: 'app' | 'login' = page;
      const { session, tab } = watch(world.open({ idle: false }));
      await done(world, session.ready());
      if (here === 'app')
        await done(
          world,
          session.fetch('/session').catch(() => {}),
        );
      await world.clock.advance(1000);
      const { status } = session.getState();
      page = here === 'app' && status === 'unauthenticated' ? 'login' : null;
      if (here === 'login' && status === 'authenticated') page = 'app';
      tab.close();
    }
    return visited;
  }

  test.each([
    ['is refused', async (world: World) => void (await world.sessions.revokeAll('ada'))],
    [
      'is refused, and storage takes no note of it',
      async (world: World) => {
        await world.sessions.revokeAll('ada');
        world.vault.refuse('update');
      },
    ],
    ['cannot be asked about', async (world: World) => void (world.offline = true)],
    ['is gone from storage', async (world: World) => world.vault.clear()],
  ])('N6: a session that %s sends nobody back and forth', async (_, break_) => {
    const { world, tab } = await signedIn({ idle: false });
    await world.clock.advance(minute);
    tab.close();
    await break_(world);
    const visited = await travel(world, 'app');
    expect(visited.length).toBeLessThanOrEqual(2);
    expect((await travel(world, 'login')).length).toBeLessThanOrEqual(2);
  });
});

describe('signing out of more than this browser', () => {
  async function threeBrowsers(): Promise<{ world: World; sessions: Watched[] }> {
    const { world, ...first } = await signedIn();
    const sessions: Watched[] = [first];
    for (let n = 0; n < 2; n++) {
      const other = watch(world.elsewhere());
      await done(world, other.session.signIn({ username: 'ada' }));
      sessions.push(other);
    }
    const grace = watch(world.elsewhere());
    await done(world, grace.session.signIn({ username: 'grace' }));
    return { world, sessions: [...sessions, grace] };
  }

  async function whoIsIn(world: World, sessions: Watched[]): Promise<boolean[]> {
    const answers: boolean[] = [];
    for (const { session } of sessions) {
      answers.push(
        await done(world, session.refresh()).then(
          () => true,
          () => false,
        ),
      );
    }
    return answers;
  }

  test.each([
    ['this', [false, true, true, true]],
    ['others', [true, false, false, true]],
    ['all', [false, false, false, true]],
  ] as const)('N7: signOut({ scope: %j }) ends those, and nobody else’s', async (scope, expected) => {
    const { world, sessions } = await threeBrowsers();
    await done(world, (sessions[0] as Watched).session.signOut({ scope }));
    await world.clock.advance(minute);
    expect(await whoIsIn(world, sessions)).toEqual(expected);
  });

  test('N7: the person sees their sessions, and ends one of them', async () => {
    const { world, sessions } = await threeBrowsers();
    const { session } = sessions[0] as Watched;
    const devices = await done(world, session.devices.list());
    expect(devices.map(({ current }) => current).filter(Boolean)).toHaveLength(1);
    expect(devices).toHaveLength(3);
    await done(world, session.devices.revoke(devices.find(({ current }) => !current)?.id ?? ''));
    expect((await whoIsIn(world, sessions)).filter(Boolean)).toHaveLength(3);
    expect(await done(world, session.devices.list())).toHaveLength(2);
    expect(count(world, 'GET /sessions', 200)).toBe(2);
  });
});
