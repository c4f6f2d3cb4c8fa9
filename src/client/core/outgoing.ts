import type { Context } from './context.ts';
import type { Outbox } from './outbox.ts';
import type { Revocation } from './vault.ts';

/** The outbox's door: knows whether there is anything to hand in, and gets the outbox when there is. */
export interface Outgoing {
  keep(entry: Revocation): void;
  flush(): void;
  stop(): void;
}

/** Creates {@link Outgoing}. Without a network there is nothing the outbox could do, so it is loaded when it first has something to. */
export function createOutgoing(context: Context): Outgoing {
  const kept: Revocation[] = [];
  let outbox: Outbox | null = null;
  let stopped = false;

  async function begin(): Promise<void> {
    const hasStored = context
      .vault()
      .read()
      .then(
        ({ outbox: { length } }) => length > 0,
        // Who cannot look has to try again, and the outbox does.
        () => true,
      );
    // Storage that refused a sign-in may hold what was there before.
    const waiting = kept.length > 0 || context.vault() !== context.main || (await hasStored);
    if (!waiting || stopped) return;
    const { createOutbox, transport } = await context.network();
    if (!stopped) (outbox ??= createOutbox(context, transport, kept)).flush();
  }

  return {
    keep: (entry) => void kept.push(entry),
    flush() {
      if (outbox) outbox.flush();
      // What could not be looked at or loaded now is at the next occasion; the vault keeps it until then.
      else if (!stopped) begin().catch(() => {});
    },
    stop() {
      stopped = true;
      outbox?.stop();
    },
  };
}
