import { describe, expect, it } from 'vitest';
import { done, refusal, signedIn } from './signed-in.ts';
import { api, count } from './world.ts';

const second = 1000;
const minute = 60 * second;
const page = (): Response =>
  new Response('<html>Please accept the terms', { headers: { 'Content-Type': 'text/html' } });

describe('signing out everywhere', () => {
  it('ends the session here in time, and says so, where the server does not answer', async () => {
    const { world, session } = await signedIn({ requestTimeout: '8s' });
    world.late('/sessions', 10 * minute);
    const leaving = session.signOut({ scope: 'all' }).catch((error: unknown) => error);
    await world.clock.advance(8 * second);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    expect(await leaving).toMatchObject({ code: 'timeout', retryable: true });
  });

  it('ends the session here, and does not claim more, where somebody else answers for the server', async () => {
    const { world, session } = await signedIn();
    const other = world.elsewhere().session;
    await done(world, other.signIn({ username: 'ada' }));
    world.fail('/sessions', page());
    const error = await refusal(world, session.signOut({ scope: 'all' }));
    expect(error).toMatchObject({ code: 'unexpected_answer', retryable: true });
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    await done(world, other.refresh());
    expect(other.getState().status).toBe('authenticated');
  });

  it('waits for the dialog, however long that takes, where the server asks who it is', async () => {
    const server = { reauthenticateFor: { endOthers: '5m' } };
    const { world, session } = await signedIn({
      server,
      stepUp: async () => {
        await new Promise<void>((resolve) => world.clock.after(2 * minute, resolve));
        await session.reauthenticate({ username: 'ada' });
      },
    });
    const other = world.elsewhere().session;
    await done(world, other.signIn({ username: 'ada' }));
    await world.clock.advance(20 * minute);
    const leaving = session.signOut({ scope: 'all' });
    await world.clock.advance(3 * minute);
    await done(world, leaving);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    await expect(done(world, other.refresh())).rejects.toMatchObject({ reason: 'revoked_all' });
  });
});

describe('origins of other APIs', () => {
  it('come besides the session server: who is active stays signed in, and everything it offers works', async () => {
    const { world, session } = await signedIn({ remember: false, apiOrigins: ['https://api.example.com'] });
    await done(world, session.devices.list());
    await done(world, session.data.set('a', 1));
    await done(world, session.reauthenticate({ username: 'ada' }));
    for (let at = 0; at < 40; at++) {
      session.stayActive();
      await world.clock.advance(minute);
    }
    expect(session.getState().status).toBe('authenticated');
    expect(count(world, 'POST /session/touch', 200)).toBeGreaterThan(10);
    await done(world, session.signOut({ scope: 'others' }));
  });

  it('get the token, and no others do', async () => {
    const apiOrigin = 'https://api.example.com';
    const { world, session } = await signedIn({ apiOrigins: [apiOrigin] });
    const seen: Array<[string, boolean]> = [];
    world.proxy = ({ url, headers }) => {
      seen.push([url, headers.has('authorization')]);
      return Response.json({});
    };
    for (const url of [`${apiOrigin}/a`, `${api}/session`, 'https://cdn.example.com/b'])
      await done(world, session.fetch(url));
    expect(seen).toEqual([
      [`${apiOrigin}/a`, true],
      [`${api}/session`, true],
      ['https://cdn.example.com/b', false],
    ]);
  });
});

it('requests of the app have no limit but their own', async () => {
  const { world, session } = await signedIn({ requestTimeout: '8s' });
  world.late('/session', 10 * minute);
  const call = session.fetch('/session');
  await world.clock.advance(11 * minute);
  expect((await call).status).toBe(200);
});
