#!/usr/bin/env node
/**
 * The program `temporal-job-tracing`. Each command is loaded only when it is called, so that a watcher does not load
 * the console.
 *
 * Exit code 0 if the command has ended normally, 1 with one line of explanation if it failed, 2 for invalid arguments.
 */

interface Command {
  /** One line for the usage. */
  readonly summary: string;
  run(args: readonly string[]): Promise<void>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  console: {
    summary: 'shows jobs, runs and traces as web pages, in one process',
    run: async (args) => (await import('./console/cli.js')).runConsole(args),
  },
  watch: {
    summary: 'sends an alert when a job fails, is slow, overdue, stuck or without a worker',
    run: async (args) => (await import('./alerts/cli.js')).runWatch(args),
  },
  trace: {
    summary: 'prints a trace of a running console as a tree',
    run: async (args) => (await import('./console/trace-command.js')).runTrace(args),
  },
};

/** Exit codes by the names of errors that need no stack trace: their messages are for the person at the terminal. */
const EXIT_CODES: ReadonlyMap<string, number> = new Map([
  ['ConsoleError', 1],
  ['ConsoleUsageError', 2],
  ['WatchError', 1],
  ['WatchUsageError', 2],
]);

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  return [
    'Usage: temporal-job-tracing <command> [options]',
    '',
    ...lines,
    '',
    'Each command takes --help.',
  ].join('\n');
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
    const code = error instanceof Error ? EXIT_CODES.get(error.name) : undefined;
    console.error(code === undefined ? error : (error as Error).message);
    process.exit(code ?? 1);
  },
);
