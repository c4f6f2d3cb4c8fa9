// Which tabs are open, and what each of them knows. Only for showing: sojourn keeps its tabs in step by itself.
import type { Connection, SessionState, TokenState } from 'sojourn';
import { refreshes } from './events.ts';
import { isCut, network } from './network.ts';
import { nameOf } from './people.ts';
import { session } from './session.ts';
import { createStore, type Store } from './store.ts';
import { realNow, skew } from './tab-clock.ts';

/** One open tab, as it describes itself. */
export interface TabView {
  id: string;
  /** Null for a moment, while the others are asked which numbers are taken. */
  number: number | null;
  status: SessionState['status'];
  person: string | null;
  connection: Connection;
  freshness: TokenState['freshness'];
  generation: number | null;
  /** Refreshes that this tab made itself, since it was loaded. */
  refreshesHere: number;
  cut: boolean;
  skewMs: number;
  /** When it last spoke, by the real clock. */
  heardAt: number;
}

type Message = { type: 'who' } | { type: 'here'; tab: TabView } | { type: 'gone'; id: string };

const id = crypto.randomUUID();
const askEveryMs = 2000;
const forgetAfterMs = 20_000;
/** A tab that said nothing for so long is frozen, or was killed without a goodbye. */
export const silentAfterMs = 5000;

const others = new Map<string, TabView>();
let number: number | null = null;
let channel: BroadcastChannel | null = null;
let lastSaid = '';

/** All open tabs in the order of their numbers, this one included. */
export const tabs: Store<readonly TabView[]> = createStore<readonly TabView[]>([]);
export const ownId: string = id;

function own(): TabView {
  const state = session.getState();
  const { freshness, generation } = session.token.getState();
  return {
    id,
    number,
    status: state.status,
    person: state.status === 'authenticated' ? nameOf(state.user) : null,
    connection: state.connection,
    freshness,
    generation,
    refreshesHere: refreshes.getState().here,
    cut: isCut(),
    skewMs: skew.getState(),
    heardAt: realNow(),
  };
}

function show(): void {
  for (const [key, tab] of others) if (realNow() - tab.heardAt > forgetAfterMs) others.delete(key);
  tabs.set([own(), ...others.values()].sort((a, b) => (a.number ?? 99) - (b.number ?? 99)));
}

function say(always: boolean): void {
  const tab = own();
  const said = JSON.stringify({ ...tab, heardAt: 0 });
  if (always || said !== lastSaid) channel?.postMessage({ type: 'here', tab } satisfies Message);
  lastSaid = said;
  show();
}

function hear({ data }: MessageEvent<Message>): void {
  if (data.type === 'who') return say(true);
  if (data.type === 'gone') others.delete(data.id);
  else {
    others.set(data.tab.id, { ...data.tab, heardAt: realNow() });
    // Two tabs took the same number: one of them, and only one, moves on.
    if (number !== null && data.tab.number === number && data.tab.id < id) takeNumber();
  }
  show();
}

function takeNumber(): void {
  const taken = new Set([...others.values()].map((tab) => tab.number));
  const before = Number(sessionStorage.getItem('playground:number'));
  let next = before > 0 && !taken.has(before) ? before : 1;
  while (taken.has(next)) next += 1;
  number = next;
  sessionStorage.setItem('playground:number', String(next));
  say(true);
}

function openChannel(): void {
  channel = new BroadcastChannel('playground:presence');
  channel.addEventListener('message', hear);
  channel.postMessage({ type: 'who' } satisfies Message);
}

/** Joins the other tabs. */
export function watchTabs(): void {
  openChannel();
  show();
  setTimeout(takeNumber, 150);
  for (const store of [session, session.token, network.line, skew, refreshes]) store.subscribe(() => say(false));
  // A hidden tab still answers; only one that is looked at needs to ask.
  setInterval(() => {
    if (document.visibilityState === 'visible') channel?.postMessage({ type: 'who' } satisfies Message);
    show();
  }, askEveryMs);
  addEventListener('pagehide', () => {
    channel?.postMessage({ type: 'gone', id } satisfies Message);
    channel?.close();
    channel = null;
  });
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    openChannel();
    say(true);
  });
}
