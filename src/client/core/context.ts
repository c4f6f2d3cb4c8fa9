import type { Network } from './network.ts';
import type { Owed } from './owed.ts';
import type { Surroundings } from './surroundings.ts';

/** What the parts of a manager share once all of them are there. */
export interface Context extends Surroundings {
  /** The half that needs the network. @throws SessionError `network_error` when it could not be loaded */
  network(): Promise<Network>;
  readonly owed: Owed;
}
