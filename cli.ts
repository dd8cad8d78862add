#!/usr/bin/env node
/**
 * The package's program. Each command is loaded when it is called: a watcher holds no console.
 *
 * Exit code 0 when a command has ended in order, 1 with one clear line when it could not do its work, 2 for arguments
 * that mean nothing.
 */

interface Command {
  readonly does: string;
  run(args: readonly string[]): Promise<void>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  console: {
    does: 'jobs, runs and traces as web pages, in one process',
    run: async (args) => (await import('./console/cli.js')).runConsole(args),
  },
  watch: {
    does: 'tells when a job fails, is slow, overdue, stuck or without a worker',
    run: async (args) => (await import('./alerts/cli.js')).runWatch(args),
  },
  trace: {
    does: 'a trace as a tree in the terminal, from a running console',
    run: async (args) => (await import('./console/trace-command.js')).runTrace(args),
  },
};

/** Errors that are written for the person at the terminal and need no stack, with their exit codes. */
const CLEAR_ERRORS: ReadonlyMap<string, number> = new Map([
  ['ConsoleError', 1],
  ['ConsoleUsageError', 2],
  ['WatchError', 1],
]);

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { does }]) => `  ${name.padEnd(10)}${does}`);
  return ['Usage: temporal-job-tracing <command> [options]', '', ...lines, '', 'Each takes --help.'].join(
    '\n',
  );
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    console.log(usage());
    return 0;
  }
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    console.error(name === undefined ? usage() : `There is no command ${name}.\n\n${usage()}`);
    return 2;
  }
  await command.run(args);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const code = error instanceof Error ? CLEAR_ERRORS.get(error.name) : undefined;
    console.error(code === undefined ? error : (error as Error).message);
    process.exit(code ?? 1);
  },
);
