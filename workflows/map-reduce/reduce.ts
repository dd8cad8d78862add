/**
 * The user's `reduce`, by the name under which the bundle exports it.
 *
 * Sandbox code. An error in it ends the run: a workflow task that fails for ever would hold it.
 */
import { ApplicationFailure } from '@temporalio/common';
import { errorFacts } from '../../core/item-failure';
import { exportedFunction } from './bundle-exports';

/** Makes one result of two neighbouring ones. */
export type Reduce = (left: unknown, right: unknown) => unknown;

/** @throws ApplicationFailure if the bundle exports no such function; the returned one, `ReduceFailed` */
export function reducerOf(name: string | undefined): Reduce | undefined {
  if (name === undefined) return undefined;
  const reduce = exportedFunction<Reduce>(name);
  return (left, right) => {
    try {
      return reduce(left, right);
    } catch (error) {
      throw ApplicationFailure.create({
        message: `mapReduce: ${name} threw: ${errorFacts(error).message}`,
        type: 'ReduceFailed',
        nonRetryable: true,
        ...(error instanceof Error && { cause: error }),
      });
    }
  };
}
