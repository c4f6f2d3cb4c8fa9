import type { ChildProcess } from 'node:child_process';

/**
 * Ends programs that were started with `detached`, each with everything it started itself, and waits until they are gone.
 * Who has not ended after 10 seconds is killed.
 */
export async function stopAll(programs: ChildProcess[], signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await Promise.all(
    programs.map(async (program) => {
      if (program.exitCode !== null || program.signalCode !== null || program.pid === undefined) return;
      const gone = new Promise((resolve) => program.once('exit', resolve));
      send(program.pid, signal);
      const impatience = setTimeout(send, 10_000, program.pid, 'SIGKILL');
      await gone;
      clearTimeout(impatience);
    }),
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}
