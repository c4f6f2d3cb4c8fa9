// Requests by undici: half the cost of node:http's own client, so that the server under load is what is slow.
import type { Ask } from '../server/load.ts';

/** What came back. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Sends requests to one program. */
export interface HttpLoad {
  /** Whatever the status. */
  ask(ask: Ask): Promise<Answer>;
  /** An answer with a status of 300 or more is an error. */
  send(ask: Ask): Promise<Answer>;
  close(): Promise<void>;
}

/** Every request says which browser it comes from; sessions keep it. */
const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';

/** How many requests are under way at a time. */
export const connections = 16;

/** What is used of undici's pool. It is installed beside the bench only, so its types may not be there. */
interface Pool {
  request(options: Ask): Promise<{ statusCode: number; headers: Answer['headers']; body: { text(): Promise<string> } }>;
  close(): Promise<void>;
}

/** The peers have to be installed. */
export async function createHttpLoad(port: number, most: number = connections): Promise<HttpLoad> {
  const undici: string = 'undici';
  const { Pool } = (await import(undici)) as {
    Pool: new (origin: string, options: { connections: number }) => Pool;
  };
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: most });
  const ask: HttpLoad['ask'] = async (each) => {
    const headers = { host: `localhost:${port}`, 'user-agent': userAgent, ...each.headers };
    const { statusCode, headers: answered, body } = await pool.request({ ...each, headers });
    return { status: statusCode, headers: answered, text: await body.text() };
  };
  return {
    ask,
    send: async (each) => {
      const answer = await ask(each);
      if (answer.status < 300) return answer;
      throw new Error(`${each.method} ${each.path} answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    },
    close: () => pool.close(),
  };
}

/** The cookies that an answer sets, as the next request sends them back. */
export function cookiesOf({ headers }: Answer): string {
  const set = headers['set-cookie'] ?? [];
  return [set]
    .flat()
    .map((line) => line.slice(0, line.indexOf(';')))
    .join('; ');
}
