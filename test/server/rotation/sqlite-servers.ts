import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SessionError, type SessionErrorCode } from '../../../src/protocol/session-error.ts';
import type { Store } from '../../../src/server/engine/store.ts';

/** When a server is killed (`kill -9`): before its step, before the commit of it, or after it, unanswered. */
export type Death = 'before' | 'within' | 'after';

/** One step that a server is asked for. */
export interface ToServer {
  id: number;
  operation: keyof Store | 'open';
  args: unknown[];
  dies: Death | null;
}

/** What it answers. */
export type FromServer = { id: number } & ({ value: unknown } | { error: { code: SessionErrorCode; message: string } });

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Several processes over one database file. */
export interface SqliteServers {
  /** Opens a database in all of them. */
  open(path: string): Promise<void>;
  /** A store of which each operation is done by the next process. */
  inTurn(): Store;
  /** A store of one of the processes. `dies` kills it at its next operation. */
  store(which: number, dies?: Death): Store;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('./sqlite-server.ts', import.meta.url));
const operations = [
  ...(['create', 'read', 'rotate', 'touch', 'putData', 'end', 'raiseNotBefore', 'keepOne'] as const),
  ...(['list', 'log', 'events', 'sweep', 'close', 'reschedule', 'ofType', 'sweepUser'] as const),
  ...(['note', 'notes', 'putNote', 'dropNote'] as const),
];
/** Looked up by an engine before its first step: not what a server is to die in. */
const preparations: readonly (keyof Store)[] = ['note', 'putNote'];

/** Starts the processes. */
export function startSqliteServers(count: number): SqliteServers {
  const servers = Array.from({ length: count }, startServer);
  let turn = 0;
  const storeOf = (ask: (operation: keyof Store, args: unknown[]) => Promise<unknown>): Store =>
    Object.fromEntries(
      operations.map((operation) => [operation, (...args: unknown[]) => ask(operation, args)]),
    ) as unknown as Store;
  return {
    open: async (path) => {
      await Promise.all(servers.map((server) => server.ask('open', [path], null)));
    },
    inTurn: () => storeOf((operation, args) => servers[turn++ % count]!.ask(operation, args, null)),
    store: (which, dies) =>
      storeOf(async (operation, args) =>
        servers[which]!.ask(operation, args, preparations.includes(operation) ? null : (dies ?? null)),
      ),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

interface Server {
  ask(operation: ToServer['operation'], args: unknown[], dies: Death | null): Promise<unknown>;
  stop(): Promise<void>;
}

function startServer(): Server {
  const child: ChildProcess = fork(program, { execArgv: [], serialization: 'advanced' });
  const waiting = new Map<number, Waiting>();
  const exited = once(child, 'exit');
  let lastId = 0;
  child.on('message', (answer: FromServer) => {
    const { resolve, reject } = waiting.get(answer.id)!;
    waiting.delete(answer.id);
    if ('value' in answer) resolve(answer.value);
    else reject(new SessionError(answer.error.code, answer.error.message));
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new SessionError('store_unavailable', 'The server was killed.'));
    waiting.clear();
  });
  return {
    ask: (operation, args, dies) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        child.send({ id, operation, args, dies } satisfies ToServer);
      }),
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
