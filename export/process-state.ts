/**
 * What is shared by everything in the process, also by a second copy of this package.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { SetUp } from './set-up';

export interface ProcessState {
  /** The set-up in use, and how many workers use it. */
  current: { readonly setUp: SetUp; users: number } | undefined;
  instrumentations?: Instrumentation[];
  /** What was said already: one warning a process is enough. */
  readonly said: Set<string>;
}

/** The number changes with the shape of the state. */
const KEY = Symbol.for('temporal-job-tracing.export.1');

export function processState(): ProcessState {
  const holder = globalThis as { [KEY]?: ProcessState };
  holder[KEY] ??= { current: undefined, said: new Set() };
  return holder[KEY];
}
