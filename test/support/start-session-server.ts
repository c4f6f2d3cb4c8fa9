import { spawn } from 'node:child_process';

export interface StartedServer {
  url: string;
  /** Of a demo user. */
  credentials: { username: string; password: string };
  /** Asks it to stop; answers its exit code. */
  stop: () => Promise<number | null>;
}

/** Starts the command line `program` (`sojourn`, or a path to it) on a free port of this machine, with nothing kept. */
export function startSessionServer(program: string): Promise<StartedServer> {
  const child = spawn(program, ['serve', '--port', '0', '--store', 'memory', '--demo-users']);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let output = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /http:\/\/localhost:\d+/.exec(output)?.[0];
      if (url === undefined || !/stop/.test(output)) return;
      resolve({
        url,
        credentials: { username: 'ada', password: 'demo' },
        stop: () => {
          child.kill('SIGTERM');
          return ended;
        },
      });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    void ended.then((code) => reject(new Error(`sojourn serve ended with ${code} before it was ready:\n${output}`)));
  });
}
