import { act, useEffect, type ReactNode } from 'react';
import { expect, it } from 'vitest';
import { SessionProvider, useIdle, useSession, useSessionManager, useToken } from '../../src/react/index.ts';
import { mount } from './mount.tsx';
import { createPerson } from './person.ts';

const Everything = (): ReactNode => `${useSession().status} ${useIdle().phase} ${useToken().freshness}`;

it('K3: mounts twice in StrictMode and leaves nothing behind', async () => {
  const person = createPerson();
  await person.signIn();
  const page = await mount(
    <SessionProvider manager={person.manager}>
      <Everything />
    </SessionProvider>,
    { strict: true },
  );
  expect(page.text()).toBe('authenticated active fresh');
  expect(person.subscriptions()).toBe(3);
  await page.unmount();
  expect(person.subscriptions()).toBe(0);
  // The manager is the app's: it goes on without the page.
  await person.manager.refresh();
  expect(person.server.refreshes).toEqual(['rotated']);
});

it('K3: makes one refresh of an expired token, whatever StrictMode runs twice', async () => {
  const person = createPerson();
  await person.signIn();
  person.tab.freeze();
  await person.browser.clock.advance(400_000);
  person.tab.thaw();
  const Loader = (): ReactNode => {
    const manager = useSessionManager();
    useEffect(() => {
      void manager.getAccessToken();
    }, [manager]);
    return useToken((token) => token.freshness);
  };
  const page = await mount(
    <SessionProvider manager={person.manager}>
      <Loader />
    </SessionProvider>,
    { strict: true },
  );
  await act(() => person.browser.clock.settle());
  expect(page.text()).toBe('fresh');
  expect(person.server.refreshes).toEqual(['rotated']);
  person.manager.dispose();
  expect(person.tab.platform.listeners()).toBe(0);
});
