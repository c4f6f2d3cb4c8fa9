// The server's own switches: POST /dev/faults and GET /dev/journal, there when it runs with `--faults`.
import { serverUrl } from './server-url.ts';
import type { Readable } from 'sojourn';
import { createStore } from './store.ts';

/** How the server misbehaves until told otherwise. */
export type ServerMode = 'fine' | 'down' | 'errors' | 'limit' | 'page' | 'slow';

/** What is known of the server's switches. */
export interface ServerControl {
  /** `unknown` until it was asked; `absent`: it runs without `--faults`; `unreachable`: it does not run. */
  status: 'unknown' | 'ready' | 'absent' | 'unreachable';
  mode: ServerMode;
  /** The answer to the next refresh will be lost. */
  drops: boolean;
  /** What the server counted, all tabs and devices together. */
  requests: Readonly<Record<string, number>>;
  refreshes: Readonly<Record<string, number>>;
}

/** What can be done to the server. */
export interface ServerSwitches extends Readable<ServerControl> {
  setMode(mode: ServerMode): Promise<void>;
  /** Does what the next refresh asks for, then loses the answer. */
  dropNextRefresh(): Promise<void>;
  /** Does what the next refresh asks for, and answers `ms` later. */
  holdNextAnswer(ms: number): Promise<void>;
}

interface Fault {
  kind: string;
  path?: string | null;
  times?: number | null;
  durationMs?: number | null;
  status?: number;
  retryAfter?: number;
  ms?: number;
}

const untilReset = 86_400_000;
const faultOf: Readonly<Record<Exclude<ServerMode, 'fine'>, Fault>> = {
  down: { kind: 'cut', durationMs: untilReset },
  errors: { kind: 'status', status: 500, durationMs: untilReset },
  limit: { kind: 'status', status: 429, retryAfter: 5, durationMs: untilReset },
  page: { kind: 'html', durationMs: untilReset },
  slow: { kind: 'delay', ms: 3000, durationMs: untilReset },
};
const lookEveryMs = 3000;

const state = createStore<ServerControl>({
  status: 'unknown',
  mode: 'fine',
  drops: false,
  requests: {},
  refreshes: {},
});

async function ask(path: string, body?: unknown): Promise<Record<string, unknown> | null> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${serverUrl}${path}`, { ...init, headers: { 'Content-Type': 'application/json' } });
  return response.ok ? ((await response.json()) as Record<string, unknown>) : null;
}

function modeOf(faults: readonly Fault[]): ServerMode {
  const modes = Object.keys(faultOf) as Array<Exclude<ServerMode, 'fine'>>;
  const found = modes.find((mode) =>
    faults.some(
      ({ kind, status }) => kind === faultOf[mode].kind && (kind !== 'status' || status === faultOf[mode].status),
    ),
  );
  return found ?? 'fine';
}

async function look(): Promise<void> {
  try {
    const [faults, journal] = await Promise.all([ask('/dev/faults'), ask('/dev/journal')]);
    if (!faults || !journal) return state.update((before) => ({ ...before, status: 'absent' }));
    const list = faults['faults'] as Fault[];
    const next: ServerControl = {
      status: 'ready',
      mode: modeOf(list),
      drops: list.some(({ kind }) => kind === 'drop'),
      requests: journal['requests'] as Record<string, number>,
      refreshes: journal['refreshes'] as Record<string, number>,
    };
    if (JSON.stringify(next) !== JSON.stringify(state.getState())) state.set(next);
  } catch {
    state.update((before) => ({ ...before, status: 'unreachable' }));
  }
}

async function send(body: unknown): Promise<void> {
  // What went wrong shows as the status after the next look.
  await ask('/dev/faults', body).catch(() => null);
  await look();
}

/** The server, as this page can break it. These requests are not the session's: they go out also while the line is cut. */
export const server: ServerSwitches = {
  getState: state.getState,
  subscribe: state.subscribe,
  async setMode(mode) {
    // What was chosen shows at once; the next look has the last word.
    state.update((before) => ({ ...before, mode, drops: false }));
    await send({ reset: true });
    if (mode !== 'fine') await send(faultOf[mode]);
  },
  dropNextRefresh: () => send({ kind: 'drop', path: '/token', times: 1 }),
  holdNextAnswer: (ms) => send({ kind: 'slow_answer', path: '/token', times: 1, ms }),
};

/** Looks at the server now and then while somebody looks at the page. */
export function watchServer(): void {
  void look();
  setInterval(() => {
    if (document.visibilityState === 'visible') void look();
  }, lookEveryMs);
}
