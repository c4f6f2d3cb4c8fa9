import { drawFault, drawOne, drawWeighted } from './draw-fault.ts';
import type { NetworkFault } from './network-fault.ts';

/** Something that happens in a run. Tabs are numbers from 0. */
export type Action =
  | { do: 'show' | 'thaw' | 'freeze' | 'crash' | 'reload' | 'leave' | 'back'; tab: number }
  | { do: 'clear_storage' }
  /** The whole browser stops, as when a lid is closed. */
  | { do: 'sleep'; ms: number }
  | { do: 'offline' | 'online' }
  | { do: 'kill_server' | 'start_server' }
  | { do: 'fault'; fault: NetworkFault }
  | { do: 'request' | 'refresh' | 'sign_out'; tab: number }
  /** `over`: also when somebody is signed in. */
  | { do: 'sign_in'; tab: number; user: string; over: boolean }
  | { do: 'sign_out_everywhere' };

/** What happens, and how long after the step before. */
export type Step = Action & { afterMs: number };

/** What a plan is for. */
export interface PlanOptions {
  random: () => number;
  tabs: number;
  /** For how long there is chaos, about. */
  ms: number;
}

/** How often things are drawn, beside each other. */
const weights = {
  request: 22,
  show: 14,
  fault: 12,
  sign_in: 14,
  middle_of_refresh: 8,
  freeze: 7,
  reload: 6,
  leave: 5,
  crash: 3,
  refresh: 3,
  offline: 3,
  kill_server: 3,
  sleep: 2,
  sign_out: 1.8,
  switch_user: 0.8,
  sign_out_everywhere: 0.7,
  clear_storage: 0.6,
};

/** What comes in the middle of a refresh. */
const blows = [
  'freeze',
  'freeze',
  'crash',
  'reload',
  'leave',
  'sleep',
  'kill_server',
  'sign_out',
  'switch_user',
] as const;

/** So many tabs stay where people can use them, at least. */
const leastOpen = 2;

/** Plans a round of chaos. The same numbers give the same plan; it asks for nothing that cannot be, such as a crash of a frozen tab. */
export function planRound({ random, tabs, ms }: PlanOptions): Step[] {
  const steps: Step[] = [];
  const due: { at: number; action: Action }[] = [];
  const away = new Set<number>();
  let front = -1;
  let offline = false;
  let down = false;
  let now = 0;
  let last = 0;

  const between = (from: number, to: number): number => Math.round(from + random() * (to - from));
  const open = (): number[] => Array.from({ length: tabs }, (_, tab) => tab).filter((tab) => !away.has(tab));
  /** Mostly the same person, as it is. */
  const person = (): string => (random() < 0.7 ? 'ada' : drawOne(['ada', 'grace', 'alan'], random));

  function put(action: Action): void {
    steps.push({ ...action, afterMs: now - last });
    last = now;
  }

  function later(from: number, to: number, action: Action): void {
    due.push({ at: now + between(from, to), action });
  }

  function settleDue(until: number): void {
    for (;;) {
      due.sort((a, b) => a.at - b.at);
      const next = due[0];
      if (!next || next.at > until) return;
      due.shift();
      now = Math.max(now, next.at);
      const { action } = next;
      // A page can be had again only over a network.
      if (action.do === 'back' && offline) {
        due.push({ at: now + 1000, action });
        continue;
      }
      if (action.do === 'online') offline = false;
      if (action.do === 'start_server') down = false;
      if (action.do === 'thaw' || action.do === 'back') away.delete(action.tab);
      put(action);
    }
  }

  /** `tab` is any that is open, `hidden` one that is not in front; there is none when too few are open. */
  function happen(kind: Exclude<keyof typeof weights, 'middle_of_refresh'>, tab: number, hidden: number | null): void {
    const mayGo = open().length > leastOpen;
    switch (kind) {
      case 'request':
      case 'refresh':
        return put({ do: kind, tab });
      case 'show':
        front = tab;
        return put({ do: kind, tab });
      case 'reload':
      case 'crash':
        if (offline) return;
        if (kind === 'crash') front = tab;
        return put({ do: kind, tab });
      case 'fault':
        return put({ do: kind, fault: drawFault(random) });
      case 'freeze':
        if (hidden === null || !mayGo) return;
        away.add(hidden);
        put({ do: kind, tab: hidden });
        return later(1500, 15_000, { do: 'thaw', tab: hidden });
      case 'leave':
        if (offline || !mayGo) return;
        away.add(tab);
        put({ do: kind, tab });
        return later(500, 8000, { do: 'back', tab });
      case 'offline':
        if (offline) return;
        offline = true;
        put({ do: kind });
        return later(1500, 7000, { do: 'online' });
      case 'kill_server':
        if (down) return;
        down = true;
        put({ do: kind });
        return later(200, 3500, { do: 'start_server' });
      case 'sleep':
        return put({ do: kind, ms: between(500, 9000) });
      case 'sign_in':
      case 'switch_user':
        return put({ do: 'sign_in', tab, user: person(), over: kind === 'switch_user' });
      case 'sign_out':
        put({ do: kind, tab });
        return later(800, 4000, { do: 'sign_in', tab, user: person(), over: false });
      case 'sign_out_everywhere':
      case 'clear_storage':
        put({ do: kind });
        return later(1500, 8000, { do: 'sign_in', tab, user: person(), over: false });
    }
  }

  /** The answer of a refresh is on its way, and then something happens to the one who waits for it. */
  function interruptRefresh(hidden: number): void {
    const kind = random() < 0.3 ? 'late_request' : 'late_answer';
    // Whoever has the lock in a frozen tab is waited for, and then robbed.
    const frozenMs = between(8000, 18_000);
    const once = { path: '/token', times: 1, forMs: null, ms: between(200, 7000) };
    put({ do: 'fault', fault: { ...drawFault(random), kind, ...once } });
    put({ do: 'refresh', tab: hidden });
    now += between(30, 400);
    const blow = drawOne(blows, random);
    if (blow !== 'freeze') return happen(blow, hidden, hidden);
    if (open().length <= leastOpen) return;
    away.add(hidden);
    put({ do: 'freeze', tab: hidden });
    later(frozenMs, frozenMs, { do: 'thaw', tab: hidden });
  }

  put({ do: 'sign_in', tab: 0, user: person(), over: false });
  while (now < ms) {
    const next = now + between(60, 700);
    settleDue(next);
    now = Math.max(now, next);
    const tab = drawOne(open(), random);
    const others = open().filter((each) => each !== front);
    const hidden = others.length > 0 ? drawOne(others, random) : null;
    const kind = drawWeighted(weights, random);
    if (kind !== 'middle_of_refresh') happen(kind, tab, hidden);
    else if (hidden !== null && !offline) interruptRefresh(hidden);
  }
  settleDue(Number.POSITIVE_INFINITY);
  return steps;
}
