/**
 * The static options that the sandbox needs, compiled into the workflow bundle.
 *
 * They travel in the resource query of the interceptor module's path (webpack gives it to the module as
 * `__resourceQuery`), so the bundle itself tells which options it was built with, and a worker can compare.
 * Pure; written as hex because the sandbox has neither `Buffer` nor `atob`, and a path takes few characters.
 */

import { safely } from './util/untrusted';

/** Options that workflow code is compiled with. */
export interface SandboxOptions {
  /** Name of the signal that makes a start (or the next tick of a cron) a manual run. */
  readonly runNowSignal: string;
  /** Whether a typed client's forced start is obeyed. */
  readonly acceptForcedStart: boolean;
  /** Whether a manual run of `scheduledJob` is recorded by force. */
  readonly acceptForcedJob: boolean;
  /** Whether the {@link runNowSignal} is obeyed. */
  readonly acceptForcedSignal: boolean;
  /** Compiled template of a trace's address, or empty. */
  readonly traceUrl: string;
  /** Whether most runs are expected to be untraced, so that it pays to ask for that first; the host decides. */
  readonly bind: 'all' | 'sampled';
}

export const DEFAULT_SANDBOX_OPTIONS: SandboxOptions = Object.freeze({
  runNowSignal: 'runNow',
  acceptForcedStart: true,
  acceptForcedJob: true,
  acceptForcedSignal: true,
  traceUrl: '',
  bind: 'all',
});

const KEY = 'job-tracing';
const QUERY = new RegExp(`\\?${KEY}=((?:[0-9a-f]{2})+)(?:&v=([\\w.+-]+))?`);

/**
 * The resource query for these options, written by the host: `?job-tracing=<hex>&v=<version>`, the hex of the JSON of
 * those that are not the defaults, and the version of this package. Short, since a bundle repeats the path of the module,
 * and with it the query, about ten times.
 */
export function toResourceQuery(options: SandboxOptions, version: string): string {
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_SANDBOX_OPTIONS };
  const changed = Object.entries(options).filter(([name, value]) => value !== defaults[name]);
  const hex = Buffer.from(JSON.stringify(Object.fromEntries(changed))).toString('hex');
  return `?${KEY}=${hex}&v=${version}`;
}

/** Finds the options in a resource query or in the code of a whole bundle; `undefined` when there are none. */
export function findOptions(text: string): SandboxOptions | undefined {
  const hex = QUERY.exec(text)?.[1];
  const changed = hex && safely(() => JSON.parse(decodeURIComponent(hex.replace(/../g, '%$&'))));
  return changed ? Object.freeze({ ...DEFAULT_SANDBOX_OPTIONS, ...changed }) : undefined;
}

/** The version of this package that made the bundle with this code; `undefined` for those that did not say it. */
export function findVersion(text: string): string | undefined {
  return QUERY.exec(text)?.[2];
}
