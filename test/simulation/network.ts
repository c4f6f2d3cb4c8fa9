import type { FakeClock } from '../../src/testing/index.ts';
import type { Random } from '../../src/client/core/ports.ts';
import type { Answer } from '../../src/client/transports/exchange.ts';
import type { WireAnswer } from './server/wire.ts';
import type { Fate, Weather } from './steps.ts';

/** The way from one browser to the server. */
export interface Network {
  weather: Weather;
  /** What the next requests to the token endpoint meet, one each. */
  fates: Array<{ fate: Fate; ms: number }>;
  /** The cookie jar: refresh tokens by session. It takes what arrives, whatever has become of the tab that asked. */
  jar: Map<string, string>;
  /** When requests to the token endpoint left (monotonic). */
  sentAt: number[];
  /** The last time at which something was wrong with it. */
  troubledAt: number;
  /** Carries a request. Rejects with a TypeError where a browser's `fetch` would. */
  carry(work: () => Promise<WireAnswer>, options?: { fated?: boolean }): Promise<Answer>;
  /** Everything under way is cut: the server was killed. */
  cut(): void;
}

const lieFi: readonly Weather[] = ['offline', 'lie_fi', 'redirect'];

/** Creates a {@link Network}. */
export function createNetwork(clock: FakeClock, dice: Random): Network {
  let epoch = 0;

  const pass = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
  const latency = (): number => 5 + Math.floor(dice.fraction() * 60);

  const network: Network = {
    weather: 'fine',
    fates: [],
    jar: new Map(),
    troubledAt: Number.NEGATIVE_INFINITY,
    sentAt: [],
    cut: () => void (epoch += 1),
    async carry(work, { fated = false } = {}) {
      const begun = epoch;
      if (fated) network.sentAt.push(clock.monotonic());
      const { weather } = network;
      const fate = fated && weather === 'fine' ? network.fates.shift() : undefined;
      if (weather !== 'fine' || fate) network.troubledAt = clock.now();
      await pass(latency());
      if (lieFi.includes(weather) || fate?.fate === 'lost_request') throw new TypeError('Failed to fetch');
      if (weather !== 'fine') return strange(weather);
      if (fate?.fate === 'late_request') await pass(fate.ms);
      if (begun !== epoch) throw new TypeError('Failed to fetch');
      const answer = await work();
      if (fate?.fate === 'doubled') void clock.after(fate.ms, () => void work());
      await pass(latency());
      if (fate?.fate === 'late_answer') await pass(fate.ms);
      if (begun !== epoch || fate?.fate === 'lost_answer') {
        network.troubledAt = clock.now();
        throw new TypeError('Failed to fetch');
      }
      const { cookie } = answer;
      if (cookie !== undefined && fate?.fate !== 'lost_cookie') {
        const set = (): void => void network.jar.set(cookie.sessionId, cookie.refreshToken);
        if (fate?.fate === 'late_cookie') clock.after(fate.ms, set);
        else set();
      }
      return {
        status: answer.status,
        json: answer.json,
        type: 'application/json',
        headers: new Headers(answer.headers),
      };
    },
  };
  return network;
}

/** What proxies, portals and overloaded servers say. */
function strange(weather: Weather): Answer {
  const page = (status: number, headers: Record<string, string> = {}): Answer => ({
    status,
    json: undefined,
    type: 'text/html',
    headers: new Headers(headers),
  });
  if (weather === 'busy_429') return page(429, { 'retry-after': '3' });
  if (weather === 'error_500') return page(500);
  return page(weather === 'html_403' ? 403 : 200);
}
