/**
 * The static options that the sandbox needs, compiled into the workflow bundle.
 *
 * They are in the resource query of the interceptor module's path, which webpack passes to the module as
 * `__resourceQuery`. A worker can read them from a bundle and compare them with its own options.
 * Pure; encoded as hex because the sandbox has neither `Buffer` nor `atob`, and a path allows few characters.
 */

import { safely } from './util/untrusted';

/** Options that workflow code is compiled with. */
export interface SandboxOptions {
  /** Name of the signal that makes a start (or the next tick of a cron) a manual run. */
  readonly runNowSignal: string;
  /** Whether a forced start by a typed client takes effect. */
  readonly acceptForcedStart: boolean;
  /** Whether a manual run of `scheduledJob` is forced. */
  readonly acceptForcedJob: boolean;
  /** Whether the {@link runNowSignal} takes effect. */
  readonly acceptForcedSignal: boolean;
  /** Compiled template of a trace's address; empty if there is none. */
  readonly traceUrl: string;
  /** `'sampled'`: most runs are expected to be untraced, so that outcome is checked first. The host decides. */
  readonly bind: 'all' | 'sampled';
}

/** The options of a plugin without options. */
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
 * Returns the resource query `?job-tracing=<hex>&v=<version>`: the options that differ from the defaults, as hex
 * of their JSON, and the version of this package. Short, since a bundle repeats the module's path, and with it
 * the query, about ten times. Host code.
 */
export function toResourceQuery(options: SandboxOptions, version: string): string {
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_SANDBOX_OPTIONS };
  const changed = Object.entries(options).filter(([name, value]) => value !== defaults[name]);
  const hex = Buffer.from(JSON.stringify(Object.fromEntries(changed))).toString('hex');
  return `?${KEY}=${hex}&v=${version}`;
}

/** Returns the options in a resource query or in the code of a whole bundle; `undefined` if there are none. */
export function findOptions(text: string): SandboxOptions | undefined {
  const hex = QUERY.exec(text)?.[1];
  const changed = hex && safely(() => JSON.parse(decodeURIComponent(hex.replace(/../g, '%$&'))));
  return changed ? Object.freeze({ ...DEFAULT_SANDBOX_OPTIONS, ...changed }) : undefined;
}

/** Returns the version of this package that a bundle was built with; `undefined` if its code has none. */
export function findVersion(text: string): string | undefined {
  return QUERY.exec(text)?.[2];
}
