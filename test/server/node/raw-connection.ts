import { connect, type Socket } from 'node:net';

/** What came of bytes that were sent to a server. */
export interface RawAnswer {
  /** Status codes, in order. */
  statuses: number[];
  /** All that came back. */
  text: string;
  /** Whether the server ended the connection. */
  closed: boolean;
}

/** A connection that sends exactly the bytes it is given. */
export interface RawConnection {
  send(bytes: string | Uint8Array): void;
  /** No more will be sent; the answer may still come. */
  finish(): void;
  /** Waits until the server has closed, or so many answers came. */
  answers(count: number): Promise<RawAnswer>;
  /** Waits until the server has closed. */
  closed(): Promise<RawAnswer>;
  end(): void;
}

/** Connects to a port of this machine. Texts are sent as Latin-1: one character, one byte. */
export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  let isClosed = false;
  const watchers = new Set<() => void>();
  const changed = (): void => watchers.forEach((watch) => watch());
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    changed();
  });
  // Also when the server resets a connection that it will not listen to any more.
  for (const event of ['end', 'close', 'error'] as const)
    socket.on(event, () => {
      isClosed = true;
      changed();
    });
  await connected(socket);

  const found = (): RawAnswer => ({
    statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)),
    text,
    closed: isClosed,
  });
  const until = (isEnough: () => boolean): Promise<RawAnswer> =>
    new Promise((resolve) => {
      const watch = (): void => {
        if (!isClosed && !isEnough()) return;
        watchers.delete(watch);
        resolve(found());
      };
      watchers.add(watch);
      watch();
    });
  return {
    send: (bytes) => void (isClosed || socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)),
    finish: () => void socket.end(),
    answers: (count) => until(() => found().statuses.length >= count),
    closed: () => until(() => false),
    end: () => void socket.destroy(),
  };
}

/** Sends bytes over a connection of their own, says that there will be no more, and waits for the server to close. */
export async function sendRaw(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  const connection = await rawConnection(port);
  connection.send(bytes);
  connection.finish();
  const answer = await connection.closed();
  connection.end();
  return answer;
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
}
