import { SessionError } from '../../protocol/session-error.ts';
import { disposed } from './access.ts';
import type { Context } from './context.ts';
import { askStorage } from './newest.ts';
import { emptyContents, type VaultContents } from './vault.ts';

/** The way from `loading` to knowing. */
export interface Startup {
  /** Settles once the vault was read. @throws SessionError `storage_unavailable` when that takes over 10 seconds */
  ready(): Promise<void>;
  stop(): void;
}

/** What {@link createStartup} asks of its surroundings. */
export interface StartupWorld {
  /** Ends what is over before anybody sees it. */
  onRead(contents: VaultContents): Promise<VaultContents>;
  useMemory(error: unknown): void;
  started(contents: VaultContents): void;
}

const readyTimeoutMs = 10_000;
const readRetryMs = 500;

/** Reads the vault until it answers. Storage that cannot be read is no proof that nobody is signed in. */
export function createStartup(context: Context, firstRead: Promise<VaultContents>, world: StartupWorld): Startup {
  const { platform, tab } = context;
  const { clock } = platform;
  let stopped = false;

  async function firstAnswer(): Promise<VaultContents> {
    let contents = await firstRead.catch(() => null);
    while (contents === null && !stopped) {
      await new Promise<void>((resolve) => void clock.after(readRetryMs, resolve));
      if (!stopped)
        contents = await context
          .vault()
          .read()
          .catch(() => null);
    }
    if (contents === null) throw disposed();
    return contents;
  }

  async function ask(): Promise<VaultContents> {
    const read = await firstAnswer();
    // Storage that cannot be written shows what it holds; the limits are enforced again right after.
    return world.onRead(read).catch(() => read);
  }

  function take(contents: VaultContents): void {
    if (contents.trouble !== 'newer') return world.started(contents);
    const message =
      'The storage was written by a later version of this app and is left alone. Reload to get that version.';
    world.useMemory(new SessionError('storage_unavailable', message, { retryable: false }));
    world.started(emptyContents);
  }

  const loaded = askStorage(context, ask, take);
  loaded.catch(() => {});

  return {
    async ready() {
      if (tab.state.getState().status !== 'loading') return;
      let stop = (): void => {};
      const late = new Promise<never>((_, reject) => {
        stop = clock.after(readyTimeoutMs, () =>
          reject(
            new SessionError(
              'storage_unavailable',
              'The browser storage does not answer. It is tried again in the background.',
            ),
          ),
        );
      });
      await Promise.race([loaded, late]).finally(() => stop());
    },
    stop: () => void (stopped = true),
  };
}
