import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The way to all servers, for a browser that cannot be told to be offline: a proxy. */
export interface Network {
  /** Where the proxy listens. */
  address: string;
  /** Breaks every connection and takes no more; or takes them again. */
  setOffline(offline: boolean): void;
  close(): Promise<void>;
}

export async function startNetwork(): Promise<Network> {
  let isOffline = false;
  const proxy = createServer((asked, answer) => {
    const { url = '', method, headers } = asked;
    const onward = request(url, { method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.rawHeaders);
      // A stream of events may have nothing to say for long.
      answer.flushHeaders();
      given.pipe(answer);
      given.on('error', () => answer.destroy());
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  proxy.on('connection', (socket) => {
    if (isOffline) socket.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    setOffline(offline) {
      isOffline = offline;
      if (offline) proxy.closeAllConnections();
    },
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        proxy.closeAllConnections();
      }),
  };
}
