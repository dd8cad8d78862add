/**
 * The host hint: shows the sandbox that the worker has our host part, and the host's answer to most new runs.
 *
 * Pure. Each call to the host crosses the thread boundary twice, the most expensive part of a decision. The
 * SDK's only channel from a worker to its sandbox is the names of the worker's activities: a hint is the name
 * of an activity that is never called. It is read before the decision, never from a history; older bundles,
 * which ignore the name, call the host instead.
 */

/** The host's answers that are known before a run starts. */
export interface HostHint {
  /** Marker id, without its prefix, of most runs that the policy decides about. */
  readonly usual: 'unsampled' | 'default';
  /**
   * New runs that are not sampled and need not call the host. Set if only sampled runs are bound and a single
   * constant ratio decides.
   */
  readonly unsampled?: UnsampledRuns | undefined;
}

/**
 * All new runs, or those whose trace id has a random part below this threshold: lower-case hex digits without
 * trailing zeros, compared as strings.
 */
export type UnsampledRuns = 'all' | { readonly below: string };

const PREFIX = 'job-tracing:host:';
/** Stands for `'all'` in place of the threshold's digits. */
const ALL = 'g';

/** Returns the name of the activity that carries the hint: `job-tracing:host:<threshold>:<usual>`. */
export function hostHintActivity({ usual, unsampled }: HostHint): string {
  const threshold = unsampled === 'all' ? ALL : (unsampled?.below ?? '');
  return `${PREFIX}${threshold}:${usual}`;
}

/**
 * Returns the hint among the names of a worker's activities; `undefined` on a worker without our host part.
 */
export function readHostHint(activityNames: Iterable<string>): HostHint | undefined {
  for (const name of activityNames) {
    if (!name.startsWith(PREFIX)) continue;
    const [threshold = '', usual] = name.slice(PREFIX.length).split(':');
    return {
      usual: usual === 'unsampled' ? 'unsampled' : 'default',
      unsampled: threshold === ALL ? 'all' : belowOf(threshold),
    };
  }
  return undefined;
}

function belowOf(threshold: string): UnsampledRuns | undefined {
  return threshold === '' ? undefined : { below: threshold };
}
