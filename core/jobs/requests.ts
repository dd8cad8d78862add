/**
 * Checks of requests to a `scheduledJob`.
 *
 * Pure. They run in update validators, for signals, and in the typed client. The status shows refused signals.
 */
import type { RunNowRequest, TicksMissed } from './messages';
import { changed, type ScheduledJobChange, type ScheduledJobSpec, show, specProblem } from './spec';

/** Returns the problem with the input of `runNow`; `undefined` if there is none. Never throws. */
export function runNowProblem(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value))
    return `runNow: expected an object as in {"args":[],"reason":"a look"}, got ${show(value)}`;
  const { args, reason, ...others } = value as RunNowRequest;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `runNow: there is no key ${show(unknown)}; expected args, reason`;
  if (args !== undefined && !Array.isArray(args))
    return `runNow: args: expected an array, one entry for each argument, got ${show(args)}`;
  if (reason !== undefined && typeof reason !== 'string')
    return `runNow: reason: expected a string, got ${show(reason)}`;
  return undefined;
}

/** Returns the problem with the input of the signal `ticksMissed`; `undefined` if there is none. Never throws. */
export function ticksMissedProblem(value: unknown): string | undefined {
  const { total, last }: Partial<TicksMissed> = value ?? {};
  const isRight = Number.isInteger(total) && Array.isArray(last) && last.every(isTime);
  return isRight ? undefined : "ticksMissed: only the job's own ticks may send this signal";
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}

/**
 * Returns the problem with a change of the spec; `undefined` if there is none. Never throws.
 *
 * @param types workflow types that the worker has; left out where they are not known
 */
export function changeProblem(
  spec: ScheduledJobSpec,
  change: unknown,
  types?: readonly string[],
): string | undefined {
  if (typeof change !== 'object' || change === null || Array.isArray(change))
    return `change: expected an object as in {"cron":"0 3 * * *"}, got ${show(change)}`;
  return specProblem(changed(spec, change as ScheduledJobChange), types);
}
