import type { Driver } from '../driver.ts';
import { creation, expiration, quickStart, retrieval, updates } from './sdk-do-basics.ts';
import { devices, integration, shoppingCart, storage } from './sdk-do-flows.ts';

/** One for each block, in order. */
export const sdkDoDrivers: readonly Driver[] = [
  quickStart,
  creation,
  retrieval,
  updates,
  expiration,
  storage,
  shoppingCart,
  devices,
  integration,
];
