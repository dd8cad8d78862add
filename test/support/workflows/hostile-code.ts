/** Workflows with hostile code; each closes as it does without the plugin. */
import { type Context, context, propagation, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { ActivityFailure } from '@temporalio/common';
import {
  condition,
  defineSignal,
  executeChild,
  getExternalWorkflowHandle,
  log,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';

import type * as activities from '../activities';
import { hostileValues, THROWN, throwError, throwingProxy } from '../hostile';
import type * as hostileActivities from '../hostile-activities';

const { failBelowAttempt } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });
const { throwAnything } = proxyActivities<typeof hostileActivities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 1 },
});
const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '30s' });
const poke = defineSignal('poke');

/** Completes when it receives the signal `poke`. */
export async function awaitsPoke(): Promise<void> {
  let isPoked = false;
  setHandler(poke, () => {
    isPoked = true;
  });
  await condition(() => isPoked);
}

/** Makes a call of each kind. */
async function calls(name: string): Promise<string> {
  const workflowId = `${name}/child`;
  log.info('calls');
  const results = [await failBelowAttempt(1), await local.failBelowAttempt(1)];
  const child = executeChild(awaitsPoke, { workflowId });
  await sleep(1);
  await getExternalWorkflowHandle(workflowId).signal(poke);
  await child;
  return results.join(' ');
}

/** Replaces the built-in at a path from the global object: a global, or a method of an object or prototype. */
function replace(path: string): void {
  const names = path.split('.');
  const name = names.pop() ?? '';
  let holder: unknown = globalThis;
  for (const each of names) holder = (holder as Record<string, unknown>)[each];
  Object.defineProperty(holder, name, { value: throwError, configurable: true, writable: true });
}

/** Replaces built-ins with a function that throws, and then makes calls. */
export async function replacesBuiltIns(id: string, paths: readonly string[]): Promise<string> {
  setHandler(poke, () => {});
  for (const path of paths) replace(path);
  return calls(id);
}

const noMethods = {} as Context;
const throwing: Context = { getValue: throwError, setValue: throwError, deleteValue: throwError };

/** Makes calls with invalid active contexts; returns how many of them made `startActiveSpan` throw. */
export async function misusesContexts(id: string): Promise<number> {
  const contexts = [noMethods, throwing, throwingProxy() as Context, ROOT_CONTEXT.setValue(Symbol('own'), 1)];
  let thrown = 0;
  const all = [...contexts, ...hostileValues().map(([, value]) => value as Context)];
  for (const [index, each] of all.entries()) {
    await context.with(each, async () => {
      await failBelowAttempt(1);
      log.info('in it');
    });
    if (each !== throwing) context.with(each, () => trace.getActiveSpan());
    propagation.inject(each, Object.freeze({}));
    propagation.inject(context.active(), {}, { set: throwError });
    propagation.extract(each, {}, { get: throwError, keys: throwError });
    propagation.extract(each, { traceparent: `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`, baggage: 'a=b' });
    try {
      trace.getTracer('user').startActiveSpan('own', {}, each, (span: Span) => span.end());
    } catch {
      thrown++;
    }
    if (index === 0) await context.with(each, () => calls(id));
  }
  const baggage = propagation.getActiveBaggage() ?? propagation.createBaggage();
  for (const [name, value] of hostileValues()) baggage.setEntry(name, value as never);
  return thrown;
}

/** Throws the value in a span and catches it, makes a call, and with `again` throws the value out of the workflow. */
export async function throwsAnything(name: string, again: boolean): Promise<string> {
  try {
    await trace.getTracer('user').startActiveSpan('own', async (span) => {
      try {
        throw THROWN[name]?.();
      } catch (error) {
        span.recordException(error as Error);
        span.setStatus({ code: 2, message: error as string });
        throw error;
      } finally {
        span.end();
      }
    });
  } catch {
    await failBelowAttempt(1);
  }
  if (again) throw THROWN[name]?.();
  return 'caught';
}

/** Calls an activity that throws the value; returns the message of its failure. */
export async function callsThrowing(name: string): Promise<string> {
  const error = await throwAnything(name).catch((failure: unknown) => failure);
  return String(error instanceof ActivityFailure ? error.cause : error);
}
