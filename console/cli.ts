/**
 * `temporal-job-tracing console`: starts the console and prints its address. Ends within seconds on SIGTERM
 * or Ctrl-C, or if its store fails.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CONNECTION_FLAGS, CONNECTION_USAGE, connectionFlags } from '../client/connection-flags';
import { ConsoleUsageError } from './console-error';
import type { ConsoleOptions } from './options';
import { startConsole } from './start';
import { DEFAULT_LIMITS, type KeepLimits, parseLimits } from './store/index';
import { readToken, TOKEN_VARIABLE } from './token';

/** How long closing may take, in milliseconds; then the process exits. */
const END_TIMEOUT_MS = 5_000;

const CONSOLE_USAGE = `Usage: temporal-job-tracing console [options]

Listening
  --port <port>             default 4318, the default of OTLP/HTTP; 0 takes a free one
  --host <address>          default 127.0.0.1; any address but a loopback one needs a token
  --token-file <path>       file with the token; otherwise the variable ${TOKEN_VARIABLE}
  --allowed-host <name>     additional host name, such as a proxy's; may be repeated

Retention, by age and size, such as 14d, 5GB or 14d,5GB
  --data <directory>        default $XDG_STATE_HOME/temporal-job-tracing
  --keep-spans <limits>     spans; default 7d,2GB
  --keep-failed <limits>    spans of runs that failed or were forced; default 30d,512MB
  --keep-runs <limits>      summaries of runs; default 400d,1GB

${CONNECTION_USAGE}
  --data-converter <module> module that exports the data converter of workers and clients
  --web-ui <url>            address of the Temporal Web UI, for links to runs

Alerts
  --alerts <file.json>      watch the jobs, as \`watch --config\` does
  --alerts-module <module>  module that exports redact or secrets, the options of startJobWatcher

Sampling policy, to show which rule applies
  --sampling <file.json>    the workers' option sampling
  --redis <url>             Redis with the sampling policy`;

/** The command's options, for Node's `parseArgs`. */
export const CONSOLE_FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'token-file': { type: 'string' },
  'allowed-host': { type: 'string', multiple: true },
  data: { type: 'string' },
  'keep-spans': { type: 'string' },
  'keep-failed': { type: 'string' },
  'keep-runs': { type: 'string' },
  ...CONNECTION_FLAGS,
  'data-converter': { type: 'string' },
  'web-ui': { type: 'string' },
  alerts: { type: 'string' },
  'alerts-module': { type: 'string' },
  sampling: { type: 'string' },
  redis: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Runs the console; resolves when it has ended. Rejects with a `ConsoleError` for errors that the user can
 * fix, or if the store has failed.
 */
export async function runConsole(args: readonly string[]): Promise<void> {
  const flags = parseFlags(args);
  if (flags.help) {
    console.log(CONSOLE_USAGE);
    return;
  }
  const running = await startConsole(optionsOf(flags));
  console.log(`Console: ${running.url}`);
  console.log(
    `Temporal at ${running.temporalAddress}, data in ${running.dataDirectory}. Press Ctrl-C to stop.`,
  );
  for (const notice of running.notices) console.log(notice);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const failure = await Promise.race([stopped, running.failed]);
  await Promise.race([running.close(), sleep(END_TIMEOUT_MS)]);
  if (failure) throw failure;
}

function optionsOf(values: ReturnType<typeof parseFlags>): ConsoleOptions {
  return {
    host: values.host,
    port: values.port === undefined ? undefined : portOf(values.port),
    allowedHosts: values['allowed-host'] ?? [],
    token: readToken(values['token-file']),
    data: values.data,
    limits: {
      spans: limitsOf('--keep-spans', values['keep-spans'], DEFAULT_LIMITS.spans),
      kept: limitsOf('--keep-failed', values['keep-failed'], DEFAULT_LIMITS.kept),
      runs: limitsOf('--keep-runs', values['keep-runs'], DEFAULT_LIMITS.runs),
    },
    dataConverter: values['data-converter'],
    alerts: values.alerts,
    alertsModule: values['alerts-module'],
    sampling: values.sampling,
    redis: values.redis,
    webUi: values['web-ui'],
    temporal: { ...connectionFlags(values), namespaces: values.namespace ?? [] },
  };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: CONSOLE_FLAGS }).values;
  } catch (error) {
    throw new ConsoleUsageError(`${(error as Error).message}\n\n${CONSOLE_USAGE}`, { cause: error });
  }
}

function limitsOf(name: string, text: string | undefined, defaults: KeepLimits): KeepLimits {
  if (text === undefined) return defaults;
  try {
    return parseLimits(name, text, defaults);
  } catch (error) {
    throw new ConsoleUsageError((error as Error).message, { cause: error });
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new ConsoleUsageError(`--port: expected a number from 0 to 65535, got ${JSON.stringify(text)}`);
  return port;
}
