// A process of its own on a session database. It does the steps that its parent asks for, and dies when it is told to.
import { StatementSync } from 'node:sqlite';
import { isSessionError } from '../../../src/protocol/session-error.ts';
import type { Store } from '../../../src/server/engine/store.ts';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import type { FromServer, ToServer } from './sqlite-servers.ts';

let store: Store | null = null;

process.on('message', (message: ToServer) => {
  void handle(message).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));

async function handle({ id, operation, args, dies }: ToServer): Promise<FromServer> {
  try {
    if (operation === 'open') {
      await store?.close();
      store = createSqliteStore({ path: String(args[0]), busyTimeoutMs: 30_000 });
      return { id, value: null };
    }
    if (dies === 'before') die();
    if (dies === 'within') dieBeforeCommit();
    const step = store![operation] as (...given: unknown[]) => unknown;
    const value = await step(...args);
    if (dies === 'after') die();
    return { id, value };
  } catch (error) {
    if (!isSessionError(error)) throw error;
    return { id, error: { code: error.code, message: error.message } };
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment, in which nothing more may be done.
  for (;;);
}

/** All of the next step is written then, and nothing of it is kept. */
function dieBeforeCommit(): void {
  const { run } = StatementSync.prototype;
  StatementSync.prototype.run = new Proxy(run, {
    apply: (target, statement: StatementSync, args): unknown =>
      statement.sourceSQL === 'COMMIT' ? die() : Reflect.apply(target, statement, args),
  });
}
