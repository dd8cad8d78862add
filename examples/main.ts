/**
 * Program: runs an example. `npm start` runs the shop, `npm start -- bank` the bank, `npm start -- game` the game;
 * with `--once` each ends by itself.
 *
 * Exit code 0 after Ctrl-C and after a complete `--once` run, 1 with one line of explanation otherwise, 2 for invalid
 * arguments.
 */
import { parseArgs } from 'node:util';
import { runBank } from './bank/bank';
import { runGame } from './game/game';
import { runShop } from './shop/shop';
import type { ExampleOptions } from './support/example';

const EXAMPLES: Readonly<Record<string, (options: ExampleOptions) => Promise<void>>> = {
  shop: runShop,
  bank: runBank,
  game: runGame,
};
const NAMES = Object.keys(EXAMPLES).join(', ');

class UsageError extends Error {}

async function main(): Promise<void> {
  const { name, once } = readArguments();
  const example = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
  if (example === undefined)
    throw new UsageError(`There is no example "${name}". The examples are: ${NAMES}.`);

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort();
      // If the orderly end hangs, a second signal ends the process at once; its children then end by themselves.
      process.once(signal, () => process.exit(130));
    });
  }
  await example({ once, signal: stop.signal });
}

function readArguments(): { name: string; once: boolean } {
  try {
    const { values, positionals } = parseArgs({
      options: { once: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [name = 'shop', ...more] = positionals;
    if (more.length > 0) throw new Error(`One example at a time, not ${positionals.join(' and ')}.`);
    return { name, once: values.once };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    const isUsage = error instanceof UsageError;
    // An error with a cause is unexpected, so it is printed with its stack trace.
    console.error(isUsage || error.cause === undefined ? error.message : error);
    if (isUsage) console.error('Usage: npm start -- [example] [--once]');
    process.exit(isUsage ? 2 : 1);
  },
);
