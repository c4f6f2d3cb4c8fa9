// One of many tabs that wake with an expired token and all want a new one.
import { createSessionManager } from 'sojourn';
import { openFloor } from './floor-refresh.ts';
import { sharedNow, until } from './now.ts';

/** What a tab did after it woke. */
export interface Woken {
  token: string;
  /** When it had it, on the clock that all tabs share. */
  at: number;
}

/** What a tab can be told to do. */
export interface WakeTab {
  signIn(): Promise<void>;
  signedIn(): Promise<void>;
  /** At `moment`, `aheadMs` have gone by and the token has expired. Resolves with a new one. */
  ours(moment: number, aheadMs: number): Promise<Woken>;
  floor(moment: number): Promise<Woken>;
}

declare global {
  var wakeTab: WakeTab;
}

// The time that goes by, for all of the clock, or for the wall clock alone: then it looks as if the machine had slept.
const hasSlept = location.search === '?slept';
let aheadMs = 0;
const clock = {
  now: () => Date.now() + aheadMs,
  monotonic: () => performance.now() + (hasSlept ? 0 : aheadMs),
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, Math.min(ms, 2 ** 30));
    return () => clearTimeout(timer);
  },
};

const manager = createSessionManager({ url: location.origin, name: 'wake', liveEvents: false, platform: { clock } });
await manager.ready();
const floor = await openFloor();

globalThis.wakeTab = {
  async signIn() {
    await manager.signIn({ username: 'ada' });
  },
  signedIn: () =>
    new Promise((resolve) => {
      const look = (): void => {
        if (manager.getState().status !== 'authenticated') return;
        stop();
        resolve();
      };
      const stop = manager.subscribe(look);
      look();
    }),
  async ours(moment, ahead) {
    await until(moment);
    aheadMs = ahead;
    const token = await manager.getAccessToken();
    return { token, at: sharedNow() };
  },
  async floor(moment) {
    await until(moment);
    const token = await floor.renew();
    return { token, at: sharedNow() };
  },
};
document.title = 'ready';
