import { spawn } from 'node:child_process';
import { stopAll } from '../../scripts/stop-programs.ts';

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
  // Who waits for what a program tells says that it never came.
  child.once('error', () => {});
  const stop = (): Promise<void> => stopAll([child], 'SIGTERM');
  // The signal is sent before anything is waited for.
  const stopToo = (): void => void stop();
  process.once('exit', stopToo);
  return {
    told: () => told,
    async stop() {
      process.off('exit', stopToo);
      await stop();
    },
  };
}
