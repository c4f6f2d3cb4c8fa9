import { SessionError } from '../../protocol/session-error.ts';
import type { User } from '../../protocol/session-view.ts';
import type { Context } from './context.ts';
import type { LiveRecord } from './record.ts';
import type { SignIn, SignInWorld } from './sign-in.ts';
import type { Vault, VaultContents } from './vault.ts';

/** The door that people come in by. */
export interface Arrival {
  signIn(credentials: unknown, remember: boolean): Promise<void>;
  adopt(tokens: unknown, user: User | undefined): Promise<void>;
  /** A sign-out was asked for: a sign-in that is under way is not wanted any more. */
  cancel(): void;
}

/** What {@link createArrival} asks of its surroundings. */
export interface ArrivalWorld {
  /** Reads what there is, and ends what is over. */
  settle(): Promise<void>;
  /** The vault that was asked for: each sign-in tries it anew. */
  main: Vault;
  useMain(): void;
  useMemory(error: unknown): void;
  /** A new session is in the vault. */
  arrived(contents: VaultContents): void;
}

/** Creates {@link Arrival}. Of several sign-ins the last one asked for wins, and a sign-out wins over all before it. */
export function createArrival(context: Context, { settle, main, useMain, useMemory, arrived }: ArrivalWorld): Arrival {
  const { tab } = context;
  let attempt = 0;

  const write: SignInWorld['write'] = async (mine, change, { isTaken, mayForget }) => {
    const before = context.vault();
    const held = tab.live();
    try {
      const contents = await main.update(change);
      if (!isTaken() || before === main) return contents;
      useMain();
      // Only this tab held it: it is in no record that could have been replaced.
      if (held && held.sessionId !== contents.record?.sessionId) discard(held);
      return contents;
    } catch (error) {
      if (mine !== attempt) return null;
      if (!mayForget) throw error;
      if (before === main) useMemory(error);
      return context.vault().update(change);
    }
  };

  function discard({ sessionId, revocationToken }: LiveRecord): void {
    if (revocationToken !== null) {
      context.keep({ sessionId, revocationToken, at: context.platform.clock.now() });
    }
    context.flush();
  }

  async function open(): Promise<SignIn> {
    // Storage that cannot be read does not keep anybody from signing in.
    await settle().catch(unlessDisposed);
    const { createSignIn, transport, keys } = await context.network();
    return createSignIn({ context, transport, keys, write, arrived, discard, isWanted: (mine) => mine === attempt });
  }

  return {
    async signIn(credentials, remember) {
      const mine = ++attempt;
      await (await open()).signIn(mine, credentials, remember);
    },
    async adopt(tokens, user) {
      const mine = ++attempt;
      await (await open()).adopt(mine, tokens, user);
    },
    cancel: () => void (attempt += 1),
  };
}

/** Lets go of any error but the one that says that there is nothing here any more. */
export function unlessDisposed(error: unknown): void {
  if (error instanceof SessionError && error.code === 'disposed') throw error;
}
