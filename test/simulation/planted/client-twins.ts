import { pageTwins } from './page-twins.ts';
import { recordTwins } from './record-twins.ts';
import { refreshTwins } from './refresh-twins.ts';
import type { Twin } from './twin.ts';

/** Clients with one rule of the protocol missing. */
export const clientTwins: readonly Twin[] = [...refreshTwins, ...recordTwins, ...pageTwins];
