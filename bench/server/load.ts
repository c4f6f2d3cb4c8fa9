// Requests over connections that stay open, a few at a time.
import { Agent, request } from 'node:http';

/** A request to make. */
export interface Ask {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends requests to one program. */
export interface Load {
  /** Answers the JSON of a good answer. */
  send(ask: Ask): Promise<Record<string, unknown>>;
  close(): void;
}

/** How many requests are under way at a time. */
export const lanes = 8;

export function createLoad(port: number): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  return {
    send: ({ method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          { agent, host: '127.0.0.1', port, method, path, headers: { Host: `localhost:${port}`, ...headers } },
          (answer) => {
            let text = '';
            answer.setEncoding('utf8');
            answer.on('data', (chunk: string) => (text += chunk));
            answer.on('end', () => {
              const { statusCode = 0 } = answer;
              if (statusCode >= 300)
                return reject(new Error(`${method} ${path} answered ${statusCode}: ${text.slice(0, 200)}`));
              resolve(JSON.parse(text) as Record<string, unknown>);
            });
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** Runs `count` pieces of work, a few at a time; each is told its lane and its number. */
export async function inLanes(
  count: number,
  work: (lane: number, index: number) => Promise<unknown>,
  atATime: number = lanes,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atATime }, async (_, lane) => {
      for (let index = next++; index < count; index = next++) await work(lane, index);
    }),
  );
}
