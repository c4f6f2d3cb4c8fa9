import type { Readable } from 'sojourn';
import { createKept } from './kept.ts';
import { serverUrl } from './server-url.ts';
import { createStore } from './store.ts';

/** Whether this tab's line to the server is cut, and by which switch. */
export interface Line {
  tabCut: boolean;
  allCut: boolean;
}

const tabCut = createKept('tab', 'cut', 'no');
const allCut = createKept('browser', 'cut-all', 'no');
const state = createStore<Line>(look());
const counts = createStore<Readonly<Record<string, number>>>({});
const open = new Set<AbortController>();
const sent = new Set<(route: string) => void>();
const answered = new Set<(route: string, status: number) => void>();

function look(): Line {
  return { tabCut: tabCut.getState() === 'yes', allCut: allCut.getState() === 'yes' };
}

/** Whether nothing of this tab reaches the server. */
export function isCut(): boolean {
  const { tabCut: here, allCut: everywhere } = state.getState();
  return here || everywhere;
}

function onChange(): void {
  const before = isCut();
  state.set(look());
  if (isCut() === before) return;
  if (isCut()) for (const controller of open) controller.abort(new TypeError('The line was cut.'));
  // What a browser says when the plug is pulled.
  dispatchEvent(new Event(isCut() ? 'offline' : 'online'));
}
tabCut.subscribe(onChange);
allCut.subscribe(onChange);

/** Makes `navigator.onLine` say what this tab's line is like. */
export function installLine(): void {
  const { onLine } = navigator;
  Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => onLine && !isCut() });
}

/** `fetch` over a line that can be cut, and that counts. What is under way when it is cut fails as it would on a real one. */
export const lineFetch: typeof fetch = async (input, init) => {
  const request = input instanceof Request ? input : null;
  const url = request?.url ?? new URL(input as string | URL, location.href).href;
  const route = routeOf(init?.method ?? request?.method ?? 'GET', url);
  if (isCut()) throw new TypeError('Failed to fetch');
  counts.update((before) => ({ ...before, [route]: (before[route] ?? 0) + 1 }));
  const line = new AbortController();
  const signals = [line.signal, init?.signal ?? request?.signal].filter((signal) => !!signal);
  open.add(line);
  try {
    const answer = fetch(input, { ...init, signal: AbortSignal.any(signals) });
    for (const listener of sent) listener(route);
    const response = await answer;
    for (const listener of answered) listener(route, response.status);
    // An event stream goes on for as long as the line is there.
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) open.delete(line);
    return response;
  } catch (error) {
    open.delete(line);
    throw error;
  }
};

/** `POST /token`, `DELETE /sessions/:id`. */
function routeOf(method: string, url: string): string {
  const path = url.startsWith(serverUrl) ? url.slice(serverUrl.length) : url;
  return `${method} ${path.replace(/\?.*$/, '').replace(/session_[\w-]+/, ':id')}`;
}

function listenIn<F>(listeners: Set<F>, listener: F): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** A tab's line to the server. */
export interface Network {
  line: Readable<Line>;
  /** Requests this tab sent since it was loaded, by method and path. */
  counts: Readable<Readonly<Record<string, number>>>;
  cutTab: (cut: boolean) => void;
  cutAll: (cut: boolean) => void;
  /** Calls back right after a request went out. */
  onSent: (listener: (route: string) => void) => () => void;
  onAnswered: (listener: (route: string, status: number) => void) => () => void;
}

/** This tab's line. */
export const network: Network = {
  line: state,
  counts,
  cutTab: (cut) => tabCut.set(cut ? 'yes' : 'no'),
  cutAll: (cut) => allCut.set(cut ? 'yes' : 'no'),
  onSent: (listener) => listenIn(sent, listener),
  onAnswered: (listener) => listenIn(answered, listener),
};
