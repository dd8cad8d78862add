/**
 * Program: runs the benchmarks. `npm run bench` runs all parts and prints a table, `npm run bench -- sandbox` one part.
 * `--json` prints all figures as one object and writes them into `bench/RESULTS.md`, `--quick` measures a quarter of the
 * rounds, `--full` the sizes that take long.
 *
 * Exit code 0 if everything was measured, whether targets are met or not; 1 otherwise; 2 for invalid arguments.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchAlerts } from './alerts/part';
import { benchConsole } from './console/part';
import type { PartOptions, PartResult } from './core/figure';
import { withResults } from './core/results-file';
import { tables } from './core/table';
import { benchHost } from './host/part';
import { benchLookup } from './lookup/part';
import { benchMapReduce } from './map-reduce/part';
import { benchPolicy } from './policy/part';
import { benchSandbox } from './sandbox/part';
import { benchServer } from './server/part';

const PARTS: Readonly<Record<string, (options: PartOptions) => Promise<PartResult>>> = {
  sandbox: benchSandbox,
  server: benchServer,
  'map-reduce': benchMapReduce,
  host: benchHost,
  lookup: benchLookup,
  policy: benchPolicy,
  console: benchConsole,
  alerts: benchAlerts,
};

/** The file with the figures, seen from the compiled program. */
const RESULTS = join(__dirname, '../../bench/RESULTS.md');

class UsageError extends Error {}

async function main(): Promise<void> {
  const { names, json, ...options } = readArguments();
  const results: PartResult[] = [];
  for (const name of names) {
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (part === undefined)
      throw new UsageError(`There is no part "${name}". The parts are: ${Object.keys(PARTS).join(', ')}.`);
    console.error(`${name} …`);
    results.push(await part(options));
  }
  if (json) record(results, options);
  console.log(json ? JSON.stringify({ machine: machine(), parts: results }, null, 2) : tables(results));
}

/** Writes the figures into the file of results. */
function record(results: readonly PartResult[], { quick, full }: PartOptions): void {
  const { node, cpus: cpuCount, cpu } = machine();
  const size = `${quick ? ', `--quick`' : ''}${full ? ', `--full`' : ''}`;
  const heading = `${new Date().toISOString().slice(0, 10)}${size}, ${cpuCount} × ${cpu}, Node ${node}:`;
  writeFileSync(RESULTS, withResults(readFileSync(RESULTS, 'utf8'), results, heading));
}

function readArguments(): { names: readonly string[]; json: boolean } & PartOptions {
  try {
    const { values, positionals } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    return { names: positionals.length > 0 ? positionals : Object.keys(PARTS), ...values };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** Returns the properties of the machine that the absolute figures depend on. */
function machine() {
  const [cpu, ...others] = cpus();
  return {
    node: process.version,
    cpus: others.length + 1,
    cpu: cpu?.model ?? 'unknown',
    memoryBytes: totalmem(),
  };
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    const isUsage = error instanceof UsageError;
    console.error(isUsage ? error.message : error);
    if (isUsage) console.error('Usage: npm run bench -- [part …] [--json] [--quick | --full]');
    process.exit(isUsage ? 2 : 1);
  },
);
