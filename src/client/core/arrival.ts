import { SessionError } from '../../protocol/session-error.ts';
import type { User } from '../../protocol/session-view.ts';
import type { Context } from './context.ts';
import type { SignIn, Whereabouts } from './sign-in.ts';

/** The door that people come in by. */
export interface Arrival {
  signIn(credentials: unknown, remember: boolean): Promise<void>;
  adopt(tokens: unknown, user: User | undefined): Promise<void>;
  /** A sign-out was asked for: a sign-in that is under way is not wanted any more. */
  cancel(): void;
}

/** What {@link createArrival} asks of its surroundings. */
export interface ArrivalWorld extends Whereabouts {
  /** Reads what there is, and ends what is over. */
  settle(): Promise<void>;
}

/** Creates {@link Arrival}. Of several sign-ins the last one asked for wins, and a sign-out wins over all before it. */
export function createArrival(context: Context, world: ArrivalWorld): Arrival {
  let attempt = 0;

  async function open(): Promise<SignIn> {
    // Storage that cannot be read does not keep anybody from signing in.
    await world.settle().catch(unlessDisposed);
    const { createSignIn, transport, keys } = await context.network();
    return createSignIn({ ...world, context, transport, keys, isWanted: (mine) => mine === attempt });
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
