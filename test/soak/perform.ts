import { setTimeout as wait } from 'node:timers/promises';
import type { Browser } from '../browser/browser.ts';
import type { SessionServer } from '../browser/session-server.ts';
import { beginAct } from './begin-act.ts';
import type { Evidence } from './evidence.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { People } from './people.ts';
import { signalTree } from './process-tree.ts';
import type { Step } from './schedule.ts';
import type { Notebook, Seat } from './seat.ts';
import { within } from './within.ts';

/** What a run is made of. */
export interface Stage {
  browser: Browser;
  server: SessionServer;
  proxy: FaultProxy;
  seats: Seat[];
  people: People;
  book: Notebook & Evidence;
  /** Of the app. */
  origin: string;
}

/** Makes the steps of a plan happen, and ends all chaos. */
export interface Performer {
  perform(step: Step): Promise<void>;
  restore(): Promise<void>;
}

const drainEveryMs = 1000;
const patienceMs = 10_000;

/** Creates a {@link Performer}. */
export function createPerformer({ browser, server, proxy, seats, people, book, origin }: Stage): Performer {
  let offline = false;
  let down = false;
  let drainedAt = 0;

  const seatOf = (index: number): Seat => seats[index] as Seat;

  /** People sit where they can. */
  function usable(index: number): Seat {
    const order = [...seats.slice(index), ...seats.slice(0, index)];
    return order.find((seat) => seat.usable()) ?? seatOf(index);
  }

  async function drainNow(): Promise<void> {
    drainedAt = Date.now();
    await Promise.all(seats.map((seat) => seat.drain()));
  }

  async function setOffline(next: boolean): Promise<void> {
    offline = next;
    book.note(next ? 'the browser is offline' : 'the browser is online');
    await within(patienceMs, 'offline', browser.setOffline(next)).catch((error: unknown) => book.note(String(error)));
  }

  async function clearStorage(): Promise<void> {
    const tab = seats.map((seat) => seat.usable()).find((each) => each !== null);
    if (!tab) return;
    const act = beginAct('storage_cleared');
    book.acts.push(act);
    book.note('the storage is cleared');
    book.count('storage cleared');
    const cleared = tab.devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    await within(patienceMs, 'clearing the storage', cleared).catch((error: unknown) => book.note(String(error)));
    act.until = Date.now();
  }

  async function sleep(ms: number): Promise<void> {
    book.note(`the browser sleeps for ${ms} ms`);
    book.count('slept');
    const gaps = seats.map(({ name }) => ({ tab: name, from: Date.now(), until: null as number | null }));
    book.gaps.push(...gaps);
    signalTree(browser.pid, 'SIGSTOP');
    await wait(ms);
    signalTree(browser.pid, 'SIGCONT');
    for (const gap of gaps) gap.until = Date.now();
    book.note('the browser wakes');
  }

  async function startServer(): Promise<void> {
    if (!down) return;
    await server.restart();
    down = false;
    book.note('the server is there again');
  }

  async function perform(step: Step): Promise<void> {
    if (Date.now() - drainedAt > drainEveryMs) await drainNow();
    switch (step.do) {
      case 'show':
      case 'thaw':
      case 'freeze':
      case 'crash':
      case 'reload':
      case 'leave':
      case 'back':
        book.note(`${step.do} tab ${step.tab + 1}`);
        return seatOf(step.tab)[step.do]();
      case 'clear_storage':
        return clearStorage();
      case 'sleep':
        return sleep(step.ms);
      case 'offline':
      case 'online':
        if (step.do === 'offline') book.count('offline');
        return setOffline(step.do === 'offline');
      case 'kill_server':
        book.note('the server is killed');
        book.count('server killed');
        down = true;
        return server.kill();
      case 'start_server':
        return startServer();
      case 'fault':
        book.note(`network: ${JSON.stringify(step.fault)}`);
        return proxy.fault(step.fault);
      case 'request':
      case 'refresh':
        return people[step.do](usable(step.tab));
      case 'sign_in':
        return people.signIn(usable(step.tab), step.user, step.over);
      case 'sign_out':
        return people.signOut(usable(step.tab));
      case 'sign_out_everywhere':
        return people.signOutEverywhere(people.current());
    }
  }

  return {
    perform,
    async restore() {
      proxy.heal();
      await startServer();
      if (offline) await setOffline(false);
      for (const seat of seats) await seat.restore();
      await drainNow();
    },
  };
}
