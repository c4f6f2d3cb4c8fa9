import type { Driver } from '../driver.ts';
import type { Slip } from '../read-blocks.ts';
import { ductapeDrivers } from './ductape.ts';
import { oneauthDrivers } from './oneauth.ts';
import { osloDrivers } from './oslo.ts';
import { sdkDoDrivers } from './sdk-do.ts';
import { upstashDrivers } from './upstash.ts';

/** A document, and a driver for each of its blocks, in order. */
export interface SeedDocument {
  file: string;
  drivers: readonly Driver[];
  slips: readonly Slip[];
}

/** All of them. */
export const documents: readonly SeedDocument[] = [
  { file: '000-session.do.md', drivers: sdkDoDrivers, slips: [] },
  { file: '001-ductape-sessions.md', drivers: ductapeDrivers, slips: [] },
  {
    file: '002-oslo-session.md',
    drivers: osloDrivers,
    slips: [
      { block: '002-3', says: 'if (storedSession)', means: 'if (!storedSession)' },
      { block: '002-3', says: '(session.sessionId)', means: '(sessionState.sessionId)' },
    ],
  },
  { file: '003-upstash-redis-sessions.md', drivers: upstashDrivers, slips: [] },
  { file: '004-useoneauth-sessions.txt', drivers: oneauthDrivers, slips: [] },
];
