import { act, type ReactElement, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { SessionState } from '../../src/index.ts';
import { SessionProvider, useIdle, useSession, useToken } from '../../src/react/index.ts';
import { mount } from './mount.tsx';
import { createPerson, type Person } from './person.ts';

const Page = (): ReactElement => {
  const state = useSession();
  return (
    <main data-status={state.status}>
      {state.status === 'authenticated' ? state.user.id : state.status === 'loading' ? `hint ${state.hint}` : 'sign in'}
      <Facts />
    </main>
  );
};
const Facts = (): ReactNode => ` ${useIdle().phase} ${useToken().freshness}`;
const app = (person: Person, initialState?: SessionState): ReactElement => (
  <SessionProvider manager={person.manager} initialState={initialState}>
    <Page />
  </SessionProvider>
);
const signedIn: SessionState = {
  status: 'authenticated',
  user: { id: 'ada' },
  session: {
    id: 'session_1',
    type: 'default',
    createdAt: 0,
    absoluteEndsAt: null,
    idleTimeoutMs: null,
    remembered: false,
  },
  connection: 'online',
  persistence: 'persistent',
};

it('K4: renders on the server as loading, and hydrates without a mismatch', async () => {
  const html = renderToString(app(createPerson()));
  expect(html).toBe('<main data-status="loading">hint null<!-- --> active none</main>');
  const person = createPerson();
  const page = await mount(app(person), { html });
  await act(() => person.browser.clock.settle());
  expect(page.text()).toBe('sign in active none');
});

it('K4: hydrates without a mismatch when the vault was read long before', async () => {
  const html = renderToString(app(createPerson()));
  const person = createPerson();
  await person.signIn();
  const page = await mount(app(person), { html });
  expect(page.text()).toBe('ada active fresh');
});

it('K4: shows nobody as signed out while the vault is being read', async () => {
  const person = createPerson();
  await person.signIn();
  const seen: string[] = [];
  const reloaded = { ...person, manager: person.openAnother() };
  const Status = (): ReactNode => {
    const state = useSession();
    seen.push(state.status === 'loading' ? `loading ${state.hint}` : state.status);
    return null;
  };
  await mount(
    <SessionProvider manager={reloaded.manager}>
      <Status />
    </SessionProvider>,
  );
  await act(() => person.browser.clock.settle());
  expect([...new Set(seen)]).toEqual(['loading signed_in', 'authenticated']);
});

it('K4: skips loading when the server knew who is signed in', async () => {
  const html = renderToString(app(createPerson(), signedIn));
  expect(html).toContain('data-status="authenticated"');
  const person = createPerson({ slowVaultMs: 500 });
  const page = await mount(app(person, signedIn), { html });
  expect(person.manager.getState().status).toBe('loading');
  expect(page.text()).toBe('ada active none');
  // The vault has the last word.
  await act(() => person.browser.clock.advance(500));
  expect(page.text()).toBe('sign in active none');
});
