/**
 * Program: runs an example. `npm start` runs the shop, `npm start -- bank` the bank, `npm start -- game` the game;
 * with `--once` each ends by itself.
 *
 * Exit code 0 after Ctrl-C, and when a `--once` run has shown what it should; 1 with one clear line
 * otherwise; 2 for arguments that mean nothing.
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
  if (example === undefined) throw new UsageError(`There is no example "${name}". There is: ${NAMES}.`);

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort();
      // Should the orderly end hang, a second one ends it at once; the children notice by themselves.
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
    // What has a cause was not expected here: all there is to know about it.
    console.error(isUsage || error.cause === undefined ? error.message : error);
    if (isUsage) console.error('Usage: npm start -- [example] [--once]');
    process.exit(isUsage ? 2 : 1);
  },
);
