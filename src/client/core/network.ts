import type { Keys } from './ports.ts';
import type { createOutbox } from './outbox.ts';
import type { askOffset } from './ask-offset.ts';
import type { createLiveWatch } from './live-watch.ts';
import type { renewOnce } from './renew-once.ts';
import type { createSignIn } from './sign-in.ts';
import type { Transport } from './transport.ts';

/**
 * Everything that is of no use without the network. It is loaded when it is first needed, so that a page knows who is signed
 * in, shows it, and stays in step with the other tabs before any of this has arrived.
 */
export interface Network {
  transport: Transport;
  keys: Keys;
  askOffset: typeof askOffset;
  renewOnce: typeof renewOnce;
  createLiveWatch: typeof createLiveWatch;
  createSignIn: typeof createSignIn;
  createOutbox: typeof createOutbox;
}
