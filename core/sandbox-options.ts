/**
 * The static options that the sandbox needs, compiled into the workflow bundle as one string literal.
 *
 * The host writes the literal and finds it again in the code of a prebuilt bundle, so that a worker can
 * compare. Pure. Percent-encoded, so that every minifier keeps the text as it is, in any kind of quotes; the
 * sandbox has no `Buffer` and no `atob`.
 */

import { ALL_BAGGAGE } from './baggage';
import { isRecord, safely } from './util/untrusted';

/** Options that workflow code is compiled with. */
export interface SandboxOptions {
  /** Name of the signal that turns a start, or the next tick of a cron, into a manual run. */
  readonly runNowSignal: string;
  /** Whether a start forced by a typed client is accepted. */
  readonly acceptForcedStart: boolean;
  /** Whether a manual run of `scheduledJob` is sampled by force. */
  readonly acceptForcedJob: boolean;
  /** Whether the {@link runNowSignal} is accepted. */
  readonly acceptForcedSignal: boolean;
  /** Compiled template of a trace's address; empty without one. */
  readonly traceUrl: string;
  /** Which runs get search attributes; with `'sampled'`, a new run first tries the marker for any decision. */
  readonly bind: 'all' | 'sampled';
  /** Baggage entries that a run carries on: names separated by commas, or `*` for all. */
  readonly carryBaggage: string;
}

export const DEFAULT_SANDBOX_OPTIONS: SandboxOptions = Object.freeze({
  runNowSignal: 'runNow',
  acceptForcedStart: true,
  acceptForcedJob: true,
  acceptForcedSignal: true,
  traceUrl: '',
  bind: 'all',
  carryBaggage: ALL_BAGGAGE,
});

/** Options found in a bundle, with the version of this package that wrote them. */
export interface CompiledOptions {
  readonly version: string;
  readonly options: SandboxOptions;
}

const KEY = 'job-tracing-options';
const COMPILED = new RegExp(`${KEY}:([\\w.+-]+):([\\w.!~*()%-]+)`);

/** Returns the text of the literal: `job-tracing-options:<version>:<percent-encoded JSON>`. */
export function encodeOptions({ version, options }: CompiledOptions): string {
  // The only kind of quote that encodeURIComponent leaves as it is.
  const json = encodeURIComponent(JSON.stringify(options)).replaceAll("'", '%27');
  return `${KEY}:${version}:${json}`;
}

/**
 * Returns the options in the literal, or in the code of a whole bundle; `undefined` if there are none. Never
 * throws. Options that another version of this package does not write have their default.
 */
export function findOptions(text: string): CompiledOptions | undefined {
  const [, version = '', json = ''] = COMPILED.exec(text) ?? [];
  const options: unknown = safely(() => JSON.parse(decodeURIComponent(json)));
  if (!isRecord(options)) return undefined;
  return { version, options: Object.freeze({ ...DEFAULT_SANDBOX_OPTIONS, ...options }) };
}
