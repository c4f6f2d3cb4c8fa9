import type { Keys } from './ports.ts';
import type { createOutbox } from './outbox.ts';
import type { flyLocked } from './locked-flight.ts';
import type { createSignIn } from './sign-in.ts';
import type { Transport } from './transport.ts';

/**
 * Everything that is of no use without the network. It is loaded when it is first needed, so that a page knows who is signed
 * in, shows it, and stays in step with the other tabs before any of this has arrived.
 */
export interface Network {
  transport: Transport;
  keys: Keys;
  flyLocked: typeof flyLocked;
  createSignIn: typeof createSignIn;
  createOutbox: typeof createOutbox;
}
