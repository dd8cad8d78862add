/**
 * Part `console`: intake, storage and reads of the console's store and intake, in a separate process; and the whole
 * console with its pages in a browser. By default a million spans are stored, with `--full` ten million.
 */
import type { PartOptions, PartResult } from '../core/figure';
import { ConsoleUnderTest } from './console-under-test';
import { burstFigures, overloadFigures, sustainedFigures } from './intake';
import { pageFigures } from './pages';
import { jobFigures, storedFigures } from './stored';

/** Measures the console. */
export async function benchConsole(options: PartOptions): Promise<PartResult> {
  const figures = [
    ...(await withConsole((underTest) => sustainedFigures(underTest, options))),
    ...(await withConsole((underTest) => burstFigures(underTest))),
    ...(await withConsole((underTest) => overloadFigures(underTest, options))),
    ...(await storedFigures(await ConsoleUnderTest.start(), options)),
    ...(await withConsole((underTest) => jobFigures(underTest))),
    ...(await pageFigures(options)),
  ];
  return { part: 'console', figures };
}

async function withConsole<T>(measure: (underTest: ConsoleUnderTest) => Promise<T>): Promise<T> {
  const underTest = await ConsoleUnderTest.start();
  try {
    return await measure(underTest);
  } finally {
    await underTest.stop();
  }
}
