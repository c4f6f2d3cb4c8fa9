// What a program under load and the bench say to each other, over the channel that fork() opens.
import type { ChildProcess } from 'node:child_process';

/** The first thing a program says. */
export interface Started {
  port: number;
}

/** In the program: tells the port, and from then on the processor time it has used, in microseconds, whenever it is asked. */
export function report(port: number): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port } satisfies Started);
}

/** The next thing a program says. */
export function heard<T>(program: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`A program under load ended with ${code}.`));
    program.once('exit', onExit);
    program.once('message', (message) => {
      program.off('exit', onExit);
      resolve(message as T);
    });
  });
}
