#!/usr/bin/env node
import { isSessionError } from '../../protocol/session-error.ts';
import { banner } from './banner.ts';
import { help, readCommand } from './cli-options.ts';
import { serve, type RunningServer } from './serve.ts';

try {
  await run(process.argv.slice(2));
} catch (error) {
  // A message says what to do; a stack would only hide it. Anything else is a bug, and its stack is wanted.
  const text = isSessionError(error) ? `sojourn: ${error.message}` : error;
  console.error(text);
  process.exitCode = isSessionError(error) ? 2 : 1;
}

async function run(args: string[]): Promise<void> {
  const command = readCommand(args, process.env);
  if (command.name === 'help') return void process.stdout.write(help);
  const server = await serve({ ...command.options, lightweight: true });
  // Before the banner: who reads it may send a signal at once.
  stopOn(['SIGTERM', 'SIGINT'], server);
  process.stdout.write(banner(server, command.options));
}

/** The first signal stops gracefully, the second at once. */
function stopOn(signals: NodeJS.Signals[], server: RunningServer): void {
  let isStopping = false;
  for (const signal of signals)
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      server.close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
}
