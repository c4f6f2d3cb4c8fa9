import { BroadcastChannel } from 'broadcast-channel';
import type { Wire } from './channel.ts';

/**
 * A wire by the `broadcast-channel` package: for browsers without a native one, and between Node processes (`node`: sockets in
 * the system's temporary folder). Its leader election is not used: it installs `unload` listeners.
 */
export function packageWire(name: string, receive: (data: unknown) => void, betweenProcesses: boolean): Wire {
  const channel = new BroadcastChannel<unknown>(name, {
    webWorkerSupport: true,
    ...(betweenProcesses && { type: 'node' as const }),
  });
  channel.onmessage = receive;
  let sent = letProcessEnd(channel).catch(() => {});
  return {
    post(message) {
      sent = sent
        .then(() => channel.postMessage(message))
        .then(() => letProcessEnd(channel))
        .catch(() => {});
    },
    close() {
      // What was posted is sent first.
      sent = sent.then(() => channel.close()).catch(() => {});
    },
  };
}

interface Handle {
  unref?(): void;
}

/** The part of the package's inner state that holds sockets. It has no `unref` of its own, so this looks, and expects nothing. */
interface Sockets {
  socketEE?: {
    server?: Handle & Partial<Record<'on' | 'removeListener', (event: 'connection', run: typeof unref) => void>>;
  };
  otherReaderClients?: Record<string, Handle>;
}

function unref(socket: Handle): void {
  socket.unref?.();
}

/** An open channel alone is no reason for a process to stay alive. */
async function letProcessEnd(channel: object): Promise<void> {
  const { _prepP, _state } = channel as { _prepP?: Promise<Sockets> | null; _state?: Sockets };
  const { socketEE, otherReaderClients = {} } = (await _prepP) ?? _state ?? {};
  const server = socketEE?.server;
  server?.unref?.();
  server?.removeListener?.('connection', unref);
  server?.on?.('connection', unref);
  for (const client of Object.values(otherReaderClients)) client.unref?.();
}
