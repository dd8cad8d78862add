/**
 * State shared by the whole process, including a second copy of this package.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { SetUp } from './set-up';

export interface ProcessState {
  /** The set-up in use, and the number of workers that use it. */
  current: { readonly setUp: SetUp; users: number } | undefined;
  /**
   * The instrumentations of the set-up: the plugin's, created once, since their module hooks cannot be removed, and
   * those that workers were given.
   */
  instrumentations?: Instrumentation[];
  /** The instrumentations of `@opentelemetry/auto-instrumentations-node`, created once. */
  auto?: readonly Instrumentation[];
  /** Messages that were logged, each once per process. */
  readonly logged: Set<string>;
}

/** The number at its end changes with the shape of the state. */
const KEY = Symbol.for('temporal-job-tracing.export.1');

/** Returns the state of the process; creates it on the first call. */
export function processState(): ProcessState {
  const holder = globalThis as { [KEY]?: ProcessState };
  holder[KEY] ??= { current: undefined, logged: new Set() };
  return holder[KEY];
}
