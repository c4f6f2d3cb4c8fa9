import { isSessionError, SessionError } from '../../../protocol/session-error.ts';
import type { Sessions } from '../../engine/sessions.ts';
import { openEngine } from '../open-engine.ts';
import { openStore, secretsFolderOf, type OpenedStore } from '../open-store.ts';
import type { ManageCommand, Target } from './read-manage-command.ts';
import type { Shown } from './shown.ts';

/**
 * Carries a command out. Answers what is to be printed.
 *
 * @throws SessionError of the engine, and `storage_unavailable`, `network_error`, `unauthenticated` when it cannot be reached
 */
export async function runManageCommand({ target, json, work }: ManageCommand): Promise<string> {
  const shown = await carriedOut(target, work);
  return json ? `${JSON.stringify(shown.json, null, 2)}\n` : shown.text;
}

async function carriedOut(target: Target, work: ManageCommand['work']): Promise<Shown> {
  switch (work.on) {
    case 'engine':
      return onEngine(target, work.run);
    case 'keys':
      return onKeys(target, work.run);
    case 'secrets': {
      if (target.at === 'server') throw new SessionError('not_supported', 'Secrets are where the store is.');
      return work.run(secretsFolderOf(target.store, target.secrets), Date.now());
    }
  }
}

async function onEngine(target: Target, run: (sessions: Sessions) => Promise<Shown>): Promise<Shown> {
  const sessions =
    target.at === 'server' ? await connected(target) : openEngine(await opened(target), { onError: ignore });
  try {
    return await run(sessions);
  } catch (error) {
    throw target.at === 'server' ? explained(error) : error;
  } finally {
    await sessions.close();
  }
}

async function onKeys(target: Target, run: Extract<ManageCommand['work'], { on: 'keys' }>['run']): Promise<Shown> {
  if (target.at === 'server') throw new SessionError('not_supported', 'Signing keys are where the store is.');
  const { keyStore, close } = await opened(target);
  try {
    return await run(keyStore, Date.now());
  } finally {
    await close();
  }
}

async function opened({ store, secrets }: Extract<Target, { at: 'store' }>): Promise<OpenedStore> {
  if (store === 'memory')
    throw new SessionError(
      'invalid_argument',
      'Nobody but its own process sees a store in memory; ask that server: --url http://localhost:4000',
    );
  return openStore(store, { secrets, mustExist: true });
}

async function connected({ url, apiKey }: Extract<Target, { at: 'server' }>): Promise<Sessions> {
  const { connectSessions } = await import('../../remote/connect-sessions.ts');
  return connectSessions({ url, apiKey });
}

/** What no command looks for is the address itself. */
function explained(error: unknown): unknown {
  if (!isSessionError(error) || error.code !== 'not_found') return error;
  const fix =
    '--url is the base of the server, as its clients know it, without /admin; and the server needs SOJOURN_ADMIN_KEYS.';
  return new SessionError('not_found', `${error.message} ${fix}`, { cause: error });
}

/** A failing listener of events is nobody's business here: there is none. */
function ignore(): void {}
