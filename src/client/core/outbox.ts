import { backoffMs } from './backoff.ts';
import type { Surroundings } from './surroundings.ts';
import type { Cleanup, Signal } from './ports.ts';
import type { Transport } from './transport.ts';
import type { Revocation, VaultContents } from './vault.ts';

/** Hands revocations to the server, however long that takes. */
export interface Outbox {
  /** There may be something to hand in, or a reason to try now: start, sign-out, online, a look at the page. */
  flush(): void;
  stop(): void;
}

/** While a revocation waits, a person expects it to go out soon after the network is back; later, nobody is watching. */
const eagerForMs = 120_000;
const eagerCapMs = 4000;

/**
 * Creates an {@link Outbox}. `kept` are revocations that the vault refused: this tab holds them for as long as it lives.
 * One tab at a time waits and retries (it holds the lock); any tab may hand in at once.
 */
export function createOutbox(context: Surroundings, transport: Transport, kept: Revocation[]): Outbox {
  const { platform } = context;
  const { clock, random } = platform;
  const mutex = platform.mutex(`${context.settings.name}:outbox`);
  const stopped = platform.abort();
  let handingIn: Promise<boolean> | null = null;
  let draining = false;
  /** Whether something is known that could not be handed in; storage that cannot be read may hold more. */
  let known = false;
  let wake: Cleanup = () => {};

  /** Hands in everything once. True when nothing is left. */
  function handIn(): Promise<boolean> {
    handingIn ??= handInAll().finally(() => (handingIn = null));
    return handingIn;
  }

  async function handInAll(): Promise<boolean> {
    // Storage that refused a sign-in, so that the session lives in memory, still holds what was put into it before.
    const vaults = [...new Set([context.vault(), context.main])];
    const stored = await Promise.all(
      vaults.map((vault) =>
        vault.read().then(
          (contents) => contents.outbox,
          () => null,
        ),
      ),
    );
    const entries = [...stored.flatMap((found) => found ?? []), ...kept];
    const taken = await Promise.all(entries.map((entry) => transport.revoke(entry.revocationToken, stopped.signal)));
    const gone = new Set(entries.filter((_, index) => taken[index]).map((entry) => entry.revocationToken));
    if (gone.size > 0) {
      context.tab.show({ type: 'connection', connection: 'online' });
      const left = kept.filter((entry) => !gone.has(entry.revocationToken));
      kept.splice(0, kept.length, ...left);
      // A vault that refuses keeps the entry; handing it in again is harmless.
      await Promise.all(vaults.map((vault) => vault.update((contents) => without(contents, gone)).catch(() => {})));
    }
    known = entries.some((entry) => !gone.has(entry.revocationToken));
    return !known && stored.every((found) => found !== null);
  }

  async function drain(signal: Signal): Promise<void> {
    const since = clock.now();
    for (let failures = 1; !signal.aborted && !stopped.signal.aborted; failures++) {
      if (await handIn()) return;
      const wait = backoffMs(failures, random.fraction());
      const eager = Math.abs(clock.now() - since) < eagerForMs;
      // Storage that is refused for good is not asked for ever; the next occasion asks it again.
      if (!eager && !known && context.vault() !== context.main) return;
      await pause(eager ? Math.min(wait, eagerCapMs) : wait, signal);
    }
  }

  function pause(ms: number, signal: Signal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const stop = clock.after(ms, resolve);
      wake = () => {
        stop();
        resolve();
      };
    });
  }

  return {
    flush() {
      wake();
      if (stopped.signal.aborted) return;
      // A hand-in that is under way may have looked before the newest entry was there.
      const before = handingIn ?? Promise.resolve(true);
      void before.then(handIn).then((done) => {
        if (done || draining || stopped.signal.aborted) return;
        draining = true;
        void mutex
          .hold(drain, stopped.signal)
          .catch(() => {})
          .finally(() => (draining = false));
      });
    },
    stop() {
      stopped.abort();
      wake();
    },
  };
}

function without(contents: VaultContents, gone: ReadonlySet<string>): VaultContents {
  const outbox = contents.outbox.filter((entry) => !gone.has(entry.revocationToken));
  return outbox.length === contents.outbox.length ? contents : { ...contents, outbox };
}
