import { act, useState, type ReactElement, type ReactNode } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { SessionProvider, useIdle, useSession, useSessionManager, useToken } from '../../src/react/index.ts';
import type { SessionState } from '../../src/index.ts';
import { mount } from './mount.tsx';
import { createPerson, type Person } from './person.ts';

const userId = (state: SessionState): string | null => (state.status === 'authenticated' ? state.user.id : null);

async function advance({ browser }: Person, ms: number): Promise<void> {
  await act(() => browser.clock.advance(ms));
}

describe('useSession', () => {
  it('shows the session as it changes', async () => {
    const person = createPerson();
    const Status = (): string => useSession((state) => state.status);
    const page = await mount(
      <SessionProvider manager={person.manager}>
        <Status />
      </SessionProvider>,
    );
    await advance(person, 0);
    expect(page.text()).toBe('unauthenticated');
    await act(() => person.signIn());
    expect(page.text()).toBe('authenticated');
    await act(() => person.manager.signOut());
    expect(page.text()).toBe('unauthenticated');
  });

  it('K1: renders nothing when tokens are refreshed and the page is looked at again', async () => {
    const person = createPerson();
    await person.signIn();
    const rendered = vi.fn<() => void>();
    const Name = (): ReactNode => {
      rendered();
      return useSession(userId);
    };
    const Whole = (): ReactNode => {
      rendered();
      return useSession().status;
    };
    await mount(
      <SessionProvider manager={person.manager}>
        <Name />
        <Whole />
      </SessionProvider>,
    );
    rendered.mockClear();
    await act(() => person.manager.refresh());
    await advance(person, 240_000);
    person.tab.platform.emit('look');
    await advance(person, 0);
    expect(person.server.refreshes).toEqual(['rotated', 'rotated']);
    expect(rendered).not.toHaveBeenCalled();
  });

  it('K1: keeps what is typed when another tab refreshes', async () => {
    const person = createPerson();
    await person.signIn();
    const other = person.openAnother();
    await person.browser.clock.settle();
    const Form = (): ReactNode => {
      const [draft, setDraft] = useState('');
      return (
        <button type="button" onClick={() => setDraft('half a sentence')}>
          {useSession(userId)}: {draft}
        </button>
      );
    };
    const page = await mount(
      <SessionProvider manager={person.manager}>
        <Form />
      </SessionProvider>,
    );
    await act(async () => document.querySelector('button')?.click());
    await act(() => other.refresh());
    await advance(person, 0);
    expect(person.manager.token.getState().generation).toBe(1);
    expect(page.text()).toBe('ada: half a sentence');
  });

  it('K2: costs one subscription per hook and no storage read', async () => {
    const person = createPerson();
    await person.signIn();
    await person.browser.clock.settle();
    const { reads } = person.browser.vault;
    const own = person.subscriptions();
    const Item = (): ReactNode => useSession(userId);
    const Page = ({ name }: { name: string }): ReactElement => (
      <section key={name}>
        {Array.from({ length: 50 }, (_, index) => (
          <Item key={`${name} ${index}`} />
        ))}
      </section>
    );
    const page = await mount(
      <SessionProvider manager={person.manager}>
        <Page name="start" />
      </SessionProvider>,
    );
    expect(person.subscriptions() - own).toBe(50);
    for (let visit = 0; visit < 10; visit++) {
      await page.render(
        <SessionProvider manager={person.manager}>
          <Page name={`page ${visit}`} />
        </SessionProvider>,
      );
    }
    expect(person.subscriptions() - own).toBe(50);
    await page.unmount();
    expect(person.subscriptions() - own).toBe(0);
    expect(person.browser.vault.reads).toBe(reads);
    expect(person.server.refreshes).toEqual([]);
  });

  it('asks a selector that builds an object once per state', async () => {
    const person = createPerson();
    await person.signIn();
    const seen = new Set<object>();
    const Badge = (): ReactNode => {
      const [count, setCount] = useState(0);
      const badge = useSession(badgeOf);
      seen.add(badge);
      return (
        <button type="button" onClick={() => setCount(count + 1)}>
          {badge.label} {count}
        </button>
      );
    };
    const page = await mount(
      <SessionProvider manager={person.manager}>
        <Badge />
      </SessionProvider>,
    );
    await act(async () => document.querySelector('button')?.click());
    await act(() => person.manager.refresh());
    expect(page.text()).toBe('authenticated 1');
    expect(seen.size).toBe(1);
  });

  it('takes selectors written inline, also ones that build objects', async () => {
    const person = createPerson();
    await person.signIn();
    const rendered = vi.fn<() => void>();
    const Badge = (): ReactNode => {
      rendered();
      const { roles } = useSession((state) => ({ roles: [state.status] }));
      return roles.join();
    };
    const page = await mount(
      <SessionProvider manager={person.manager}>
        <Badge />
      </SessionProvider>,
    );
    rendered.mockClear();
    await act(() => person.manager.refresh());
    expect(rendered).not.toHaveBeenCalled();
    await act(() => person.manager.signOut());
    expect(page.text()).toBe('unauthenticated');
  });

  it('renders only who picked what changed', async () => {
    const person = createPerson();
    await person.signIn();
    const rendered = vi.fn<() => void>();
    const Name = (): ReactNode => {
      rendered();
      return useSession(userId);
    };
    const Network = (): ReactNode => useSession((state) => state.connection);
    const page = await mount(
      <SessionProvider manager={person.manager}>
        <Name /> <Network />
      </SessionProvider>,
    );
    rendered.mockClear();
    person.server.down = true;
    await act(() => person.manager.refresh().catch(() => {}));
    expect(page.text()).toMatch(/^ada (degraded|offline)$/);
    expect(rendered).not.toHaveBeenCalled();
  });

  it('says what is missing where there is no provider', async () => {
    const Lost = (): ReactNode => useSession((state) => state.status);
    const { renderToString } = await import('react-dom/server');
    expect(() => renderToString(<Lost />)).toThrow('Wrap the app in <SessionProvider>.');
  });

  it('follows another manager when it is given one', async () => {
    const [first, second] = [createPerson(), createPerson()];
    await first.signIn('ada');
    await second.signIn('grace');
    const Name = (): ReactNode => useSession(userId);
    const App = ({ of }: { of: Person }): ReactElement => (
      <SessionProvider manager={of.manager}>
        <Name />
      </SessionProvider>
    );
    const page = await mount(<App of={first} />);
    expect(page.text()).toBe('ada');
    await page.render(<App of={second} />);
    expect(page.text()).toBe('grace');
    expect(first.subscriptions()).toBe(0);
  });
});

describe('useIdle, useToken and useSessionManager', () => {
  it('show what their stores say', async () => {
    const person = createPerson({ idle: { timeout: '10m', warning: '2m' } });
    await person.signIn();
    const Facts = (): ReactNode => {
      const generation = useToken((token) => token.generation);
      return `${useIdle().phase} ${useToken().freshness} ${generation} ${useSessionManager().name}`;
    };
    const page = await mount(
      <SessionProvider manager={person.manager}>
        <Facts />
      </SessionProvider>,
    );
    expect(page.text()).toBe('active fresh 0 default');
    await act(() => person.manager.refresh());
    expect(page.text()).toBe('active fresh 1 default');
    await advance(person, 8.5 * 60_000);
    expect(page.text()).toMatch(/^warning fresh/);
    await act(async () => person.manager.stayActive());
    expect(page.text()).toMatch(/^active fresh/);
  });

  it('a countdown renders only who asked for it', async () => {
    const person = createPerson({ idle: { timeout: '10m', warning: '2m' } });
    await person.signIn();
    const rendered = vi.fn<() => void>();
    const Name = (): ReactNode => {
      rendered();
      return useSession(userId);
    };
    const Phase = (): ReactNode => useIdle((idle) => idle.phase);
    const page = await mount(
      <SessionProvider manager={person.manager}>
        <Name /> <Phase />
      </SessionProvider>,
    );
    rendered.mockClear();
    await advance(person, 8.5 * 60_000);
    expect(page.text()).toBe('ada warning');
    expect(rendered).not.toHaveBeenCalled();
  });
});

function badgeOf(state: SessionState): { label: string } {
  return { label: state.status };
}
