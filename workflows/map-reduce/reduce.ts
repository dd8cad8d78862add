/**
 * The user's function `reduce`, found by the name under which the bundle exports it.
 *
 * Sandbox code. An error that it throws fails the run; a plain error would fail the workflow task forever.
 */
import { ApplicationFailure } from '@temporalio/common';
import { summarizeError } from '../../core/item-failure';
import { defined } from '../../core/util/defined';
import { exportedFunction } from './bundle-exports';

/** Combines the results of two neighbouring shards, or groups of shards. */
export type Reduce = (left: unknown, right: unknown) => unknown;

/**
 * Returns the function `reduce`; `undefined` without a name. What it throws becomes an `ApplicationFailure`
 * `ReduceFailed`.
 *
 * @throws {ApplicationFailure} `MapReduceOptionError` if the bundle exports no such function
 */
export function reducerOf(name: string | undefined): Reduce | undefined {
  if (name === undefined) return undefined;
  const reduce = exportedFunction<Reduce>(name);
  return (left, right) => {
    try {
      return reduce(left, right);
    } catch (error) {
      throw ApplicationFailure.create(
        defined({
          message: `mapReduce: ${name} threw: ${summarizeError(error).message}`,
          type: 'ReduceFailed',
          nonRetryable: true,
          cause: error instanceof Error ? error : undefined,
        }),
      );
    }
  };
}
