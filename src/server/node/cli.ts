#!/usr/bin/env node
import { isSessionError } from '../../protocol/session-error.ts';
import { help } from './cli-help.ts';
import { readCommand } from './cli-options.ts';
import type { ManageCommand } from './commands/read-manage-command.ts';
import { demandNode } from './demand-node.ts';
import { logLines, type LogStyle } from './log-lines.ts';
import type { ServeOptions } from './serve-options.ts';
import { packageVersion } from './package-version.ts';
import type { RunningServer } from './serve.ts';

try {
  await run(process.argv.slice(2));
} catch (error) {
  // A message says what to do; a stack would only hide it. Anything else is a bug, and its stack is wanted.
  const text = isSessionError(error) ? `sojourn: ${error.message}` : error;
  console.error(text);
  process.exitCode ||= isWrongCall(error) ? 2 : 1;
}

async function run(args: string[]): Promise<void> {
  demandNode(process.versions.node);
  const command = readCommand(args, process.env);
  if (command.name === 'help') return void process.stdout.write(help);
  if (command.name === 'version') return void process.stdout.write(`${packageVersion()}\n`);
  if (command.name === 'manage') return manage(command);
  const { options, log } = command;
  // Loaded here: a command that only looks at a store needs no server.
  const [{ serve }, { banner, startLine }] = await Promise.all([import('./serve.ts'), import('./banner.ts')]);
  const server = await serve({ ...options, ...logging(log), lightweight: true });
  // Before the banner: who reads it may send a signal at once.
  stopOn(['SIGTERM', 'SIGINT'], server);
  process.stdout.write(log === 'json' ? startLine(server, options) : banner(server, options));
}

async function manage(command: ManageCommand): Promise<void> {
  try {
    const { runManageCommand } = await import('./commands/run-manage-command.ts');
    process.stdout.write(await runManageCommand(command));
  } catch (error) {
    // It was called rightly, and could not be done.
    process.exitCode = 1;
    throw error;
  }
}

/** Whether what was written could be done nowhere. What this machine would not do (a port that is taken) comes with its error. */
function isWrongCall(error: unknown): boolean {
  if (!isSessionError(error) || (error.cause as NodeJS.ErrnoException | undefined)?.syscall !== undefined) return false;
  return error.code === 'invalid_argument' || error.code === 'invalid_duration';
}

function logging(style: LogStyle): Pick<ServeOptions, 'log' | 'onError'> {
  if (style === 'none') return {};
  const lines = logLines(style);
  return {
    log: (entry) => void process.stdout.write(lines.entry(entry)),
    onError: (error) => void process.stderr.write(lines.failure(error)),
  };
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
