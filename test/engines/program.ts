import { spawn } from 'node:child_process';

/** A program that runs until it is stopped. */
export interface Program {
  /** What it has written to its third channel, where programs tell what they chose. */
  told(): string;
  /** Ends it, with everything it started. */
  stop(): Promise<void>;
}

export function startProgram(command: string, args: readonly string[], env: Record<string, string> = {}): Program {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
  });
  let told = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => void (told += String(chunk)));
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGTERM');
  };
  process.once('exit', end);
  return {
    told: () => told,
    async stop() {
      process.off('exit', end);
      end();
      await ended;
    },
  };
}
