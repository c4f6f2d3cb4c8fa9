// Loaded on demand by the manager: here it is there already, so that nothing waits for a disk.
import '../../src/online.ts';
import { createSessionManager, type SessionManager, type SessionOptions } from '../../src/index.ts';
import { oauth2Transport } from '../../src/client/transports/oauth2.ts';
import { fakeClock, fakeTabs, type FakeClock, type FakeTab, type FakeTabs } from '../../src/testing/index.ts';

/** A browser whose tokens come from somebody else's OAuth server. */
export interface StrangersWorld {
  clock: FakeClock;
  tabs: FakeTabs;
  /** When the token endpoint was asked, in order. */
  asked: number[];
  /** What it answers next and from then on. */
  answer: () => Response;
  open(options?: Partial<SessionOptions>): { session: SessionManager; tab: FakeTab };
}

const tokenUrl = 'https://id.example.com/oauth/token';

/** Creates a {@link StrangersWorld} whose server grants what `grant` says. */
export function strangersWorld(
  grant: Record<string, unknown> = { expires_in: 300 },
  { clock = fakeClock({ turns: 4 }), seed = 1 }: { clock?: FakeClock; seed?: number } = {},
): StrangersWorld {
  const tabs = fakeTabs({ clock, seed });
  const world: StrangersWorld = {
    clock,
    tabs,
    asked: [],
    answer: () => Response.json(strangersTokens(grant, world.asked.length)),
    open(options = {}) {
      const tab = tabs.open();
      const fetch = tab.bind(async (): Promise<Response> => {
        world.asked.push(clock.now());
        return world.answer();
      });
      const transport = oauth2Transport({ tokenUrl, clientId: 'app', fetch });
      const { platform, vault } = tab;
      return { tab, session: createSessionManager({ transport, vault, platform, liveEvents: false, ...options }) };
    },
  };
  return world;
}

/** A token response of RFC 6749 section 5.1. */
export function strangersTokens(grant: Record<string, unknown>, count = 0): Record<string, unknown> {
  return { access_token: `access-${count}`, token_type: 'Bearer', refresh_token: `refresh-${count}`, ...grant };
}
