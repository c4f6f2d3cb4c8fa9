import { beginExchange, learntOffsetMs } from './exchange.ts';
import type { Platform } from './ports.ts';
import type { Transport } from './transport.ts';

/** Asks the server for its time. Server clock minus this machine's clock; null when nobody answers. */
export async function askOffset(
  { clock, abort }: Platform,
  { transport }: { transport: Pick<Transport, 'time'> },
): Promise<number | null> {
  const received = beginExchange(clock);
  const serverTime = await transport.time(abort().signal);
  return learntOffsetMs(serverTime, received());
}
