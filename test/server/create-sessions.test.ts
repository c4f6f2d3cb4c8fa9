import { createMac, createSessions } from 'sojourn/server';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { afterEach, describe, expect, it, vi } from 'vitest';

const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const mac = createMac({ secrets: { 1: secret(1) }, current: 1, userTagSecret: secret(2) });
const at = Date.UTC(2026, 0, 1);

afterEach(() => void vi.useRealTimers());

describe('createSessions', () => {
  it("goes by this machine's clock, as it is at each call, and makes ids by chance", async () => {
    vi.useFakeTimers({ now: at, toFake: ['Date'] });
    const sessions = createSessions({ store: createMemoryStore(), mac });
    const [one, two] = [await sessions.create({ userId: 'ada' }), await sessions.create({ userId: 'ada' })];
    expect(one.session.createdAt).toBe(at);
    expect(one.session.id).not.toBe(two.session.id);
    vi.setSystemTime(at + 30 * 60_000);
    expect(await sessions.inspect(one.session.id)).toMatchObject({ endReason: 'idle' });
  });

  it('takes a clock and chance of the app', async () => {
    const random = { bytes: (length: number) => new Uint8Array(length).fill(7) };
    const create = async (): Promise<[string, number]> => {
      const { session } = await createSessions({
        store: createMemoryStore(),
        mac,
        clock: { now: () => at + 5 },
        random,
      }).create({ userId: 'ada' });
      return [session.id, session.createdAt];
    };
    const made = await create();
    expect(made[1]).toBe(at + 5);
    expect(await create()).toEqual(made);
  });
});
