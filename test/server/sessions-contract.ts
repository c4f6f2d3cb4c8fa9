import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataContract } from './contract/data.ts';
import { endsContract } from './contract/ends.ts';
import { eventsContract } from './contract/events.ts';
import { inputsContract } from './contract/inputs.ts';
import { livesContract } from './contract/lives.ts';
import { scopedContract } from './contract/scoped.ts';
import { unknownId, type SessionsWorld, type Subject } from './contract/subject.ts';
import { tokensContract } from './contract/tokens.ts';
import { typesContract } from './contract/session-types.ts';

/** What everything that says it is a `Sessions` does. */
export function testSessionsContract(name: string, make: () => Promise<SessionsWorld>): void {
  describe(`${name}`, () => {
    let world: SessionsWorld;

    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());

    const subject: Subject = {
      get sessions() {
        return world.sessions;
      },
      get clock() {
        return world.clock;
      },
      start: async (more = {}) => {
        const limits = { window: '1h', renewal: 'access', idleTimeout: null, absoluteTimeout: null } as const;
        return (await world.sessions.create({ userId: 'ada', ...limits, ...more })).session;
      },
    };

    livesContract(subject);
    endsContract(subject);
    dataContract(subject);
    scopedContract(subject);
    typesContract(subject);
    tokensContract(subject);
    eventsContract(subject);
    inputsContract(subject);

    test('a closed engine does nothing more', async () => {
      await world.sessions.close();
      const closed = { code: 'store_unavailable' };
      await expect(world.sessions.create({ userId: 'ada' })).rejects.toMatchObject(closed);
      await expect(world.sessions.get(unknownId)).rejects.toMatchObject(closed);
      await world.sessions.close();
    });
  });
}
