// @vitest-environment node
import './page-beside-server.ts';
import { initialState, readCookieSession } from 'sojourn/server';
import { act, type ReactElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { SessionManager, SessionState } from '../../src/index.ts';
import { SessionProvider, useSession } from '../../src/react/index.ts';
import { done } from '../scenarios/done.ts';
import { createWorld, type World } from '../scenarios/world.ts';
import { mount } from './mount.tsx';

/** What the person saw, one after the other. */
let shown: string[] = [];
const Page = (): ReactElement => {
  const text = useSession((state) => (state.status === 'authenticated' ? `Hello ${state.user.id}` : state.status));
  if (text !== shown.at(-1)) shown.push(text);
  return <main>{text}</main>;
};
const app = (manager: SessionManager, state: SessionState | undefined): ReactElement => (
  <SessionProvider manager={manager} initialState={state}>
    <Page />
  </SessionProvider>
);

/** What a server sends for a page: its HTML, and the state that was rendered, as JSON. */
async function render(world: World): Promise<{ html: string; state: SessionState | undefined }> {
  const headers = new Headers({ cookie: [...world.jar].map((pair) => pair.join('=')).join('; ') });
  const session = await world.work(() => readCookieSession({ headers }, world));
  const state = session === null ? undefined : initialState(session, { id: session.userId });
  // The manager of a server has nothing to read.
  const { session: manager } = world.elsewhere();
  shown = [];
  const html = renderToString(app(manager, state));
  manager.dispose();
  return { html, state: state && (JSON.parse(JSON.stringify(state)) as SessionState) };
}

it('a server that reads the cookie renders the signed-in page, and it stays: no flash, no request', async () => {
  const world = createWorld({ cookies: true });
  const { session: before, tab } = world.open();
  await done(world, before.signIn({ username: 'ada' }));
  tab.close();
  const asked = world.seen.length;

  const { html, state } = await render(world);
  expect(html).toBe('<main>Hello ada</main>');

  const { session: manager } = world.open();
  expect(manager.getState().status).toBe('loading');
  shown = [];
  const page = await mount(app(manager, state), { html });
  expect(page.text()).toBe('Hello ada');
  await act(() => world.clock.advance(1000));
  expect(manager.getState()).toEqual({ ...state, user: expect.objectContaining({ id: 'ada' }) });
  expect(shown).toEqual(['Hello ada']);
  expect(world.seen.length).toBe(asked);
});

it('a server that knows nobody renders a page that is loading, and the vault decides', async () => {
  const world = createWorld({ cookies: true });
  const { session } = world.open();
  await done(world, session.signIn({ username: 'ada' }));
  // As when the page was opened by a link in a mail: the browser sends no cookie with that.
  const jar = [...world.jar];
  world.jar.clear();
  const { html, state } = await render(world);
  expect([html, state]).toEqual(['<main>loading</main>', undefined]);
  for (const [name, value] of jar) world.jar.set(name, value);

  const { session: manager } = world.open();
  shown = [];
  await mount(app(manager, state), { html });
  await act(() => world.clock.settle());
  expect(shown).toEqual(['loading', 'Hello ada']);
});

it('who has signed out in the meantime is shown the page for an instant only', async () => {
  const world = createWorld({ cookies: true });
  const { session } = world.open();
  await done(world, session.signIn({ username: 'ada' }));
  world.offline = true;
  await done(world, session.signOut());
  // The server has not heard of it yet.
  const { html, state } = await render(world);
  expect(html).toBe('<main>Hello ada</main>');
  const { session: manager } = world.open();
  shown = [];
  await mount(app(manager, state), { html });
  await act(() => world.clock.settle());
  expect(shown).toEqual(['Hello ada', 'unauthenticated']);
});
