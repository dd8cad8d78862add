/**
 * What a worker tells its sandbox beforehand: that our host part is there, and what it will answer to most new runs.
 *
 * Pure. Each question to the host crosses the thread border and back, the most expensive part of a decision. The SDK
 * offers no channel from a worker to its sandbox but the names of the worker's activities, which the sandbox can read: a
 * hint is the name of an activity that nobody calls. It is read before the decision, never from a history; bundles of
 * versions that do not know the name ask the host instead.
 */

/** What the host knows beforehand about its answers. */
export interface HostHint {
  /** The marker, without its prefix, that most runs decided by policy get. */
  readonly usual: 'unsampled' | 'default';
  /**
   * Set where only sampled runs are bound and one ratio decides for ever: a run whose trace id's random part sorts
   * before this string is not sampled and need not ask. Lower-case hex digits without trailing zeros, or `g`, which
   * sorts after all of them.
   */
  readonly threshold?: string | undefined;
}

const PREFIX = 'job-tracing:host:';

/** Returns the name of the activity that carries the hint: `job-tracing:host:<threshold>:<usual>`. */
export function hostHintActivity({ usual, threshold = '' }: HostHint): string {
  return `${PREFIX}${threshold}:${usual}`;
}

/** Returns the hint among the names of a worker's activities; `undefined` on a worker without our host part. */
export function readHostHint(activityNames: Iterable<string>): HostHint | undefined {
  for (const name of activityNames) {
    if (!name.startsWith(PREFIX)) continue;
    const [threshold = '', usual] = name.slice(PREFIX.length).split(':');
    return { usual: usual === 'unsampled' ? 'unsampled' : 'default', threshold };
  }
  return undefined;
}
