/**
 * Keys of problems that a run has, within the incident of its job. They are in histories: they must never
 * change. Pure.
 */

/** Type of a problem that a run has. */
export type RunProblem = 'job.slow' | 'job.stuck';

const PREFIXES: Readonly<Record<RunProblem, string>> = Object.freeze({
  'job.slow': 'slow:',
  'job.stuck': 'stuck:',
});

/** Returns the key of the run's problem. */
export function keyOfRun(type: RunProblem, runId: string): string {
  return PREFIXES[type] + runId;
}

/** Returns the run's problem with this key; `undefined` for other problems. */
export function runOfKey(key: string): { readonly type: RunProblem; readonly runId: string } | undefined {
  const types = Object.keys(PREFIXES) as RunProblem[];
  const type = types.find((each) => key.startsWith(PREFIXES[each]));
  return type && { type, runId: key.slice(PREFIXES[type].length) };
}
