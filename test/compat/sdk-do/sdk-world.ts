import { createSdk, type Sdk, type SdkEvent, type SdkOptions } from 'sojourn/compat/sdk-do';

export const start: number = Date.UTC(2026, 0, 1, 12);
const second = 1000;
export const minute: number = 60 * second;
export const hour: number = 60 * minute;
export const day: number = 24 * hour;

/** A facade on an engine of its own, with a clock that stands until it is moved. */
export interface SdkWorld extends Sdk {
  clock: { at: number; now(): number };
  /** Everything that was told, as it came. */
  seen: SdkEvent[];
}

export function createSdkWorld(options: SdkOptions = {}): SdkWorld {
  const clock = { at: start, now: (): number => clock.at };
  const sdk = createSdk({ clock, ...options });
  const seen: SdkEvent[] = [];
  sdk.on('*', (event) => seen.push(event));
  return { ...sdk, clock, seen };
}

/** An instant as the facade writes it: so much after {@link start}. */
export function after(ms: number): string {
  return new Date(start + ms).toISOString();
}
