/**
 * Metrics of runs and decisions, through `@opentelemetry/api`: exported by whatever meter provider the process
 * has; nothing without one. Counts and durations do not depend on sampling.
 *
 * | name | kind, unit | attributes |
 * |---|---|---|
 * | `job.runs` | counter, `{run}` | `job.name`, `job.trigger`, `job.result` |
 * | `job.run.duration` | histogram, `s` | `job.name`, `job.trigger`, `job.result` |
 * | `job.sampling.decisions` | counter, `{run}` | `job.name`, `job.sampling.reason`, `job.sampled` |
 */
import { metrics } from '@opentelemetry/api';
import type { EndedRun } from '../interceptors/shared/span-record';

/** Job names of their own; the runs of further jobs are counted under {@link OTHER_JOBS}. */
const MAX_JOBS = 500;
const OTHER_JOBS = 'other';

export interface JobMetrics {
  /** A top-level run ended. Never throws. */
  ended(run: EndedRun): void;
  /** A run was decided about, once. Never throws. */
  decided(job: string, sampled: boolean, reason: string): void;
}

export function createJobMetrics(): JobMetrics {
  const meter = metrics.getMeter('temporal-job-tracing');
  const runs = meter.createCounter('job.runs', { unit: '{run}', description: 'Job runs that ended' });
  const durations = meter.createHistogram('job.run.duration', {
    unit: 's',
    description: 'From the first workflow task of a job run to its last',
  });
  const decisions = meter.createCounter('job.sampling.decisions', {
    unit: '{run}',
    description: 'Job runs whose recording was decided',
  });
  const jobs = new Set<string>();

  function bounded(job: string): string {
    if (jobs.has(job)) return job;
    if (jobs.size >= MAX_JOBS) return OTHER_JOBS;
    jobs.add(job);
    return job;
  }

  return {
    ended({ job, trigger, result, durationMs }) {
      const attributes = { 'job.name': bounded(job), 'job.trigger': trigger, 'job.result': result };
      runs.add(1, attributes);
      durations.record(durationMs / 1_000, attributes);
    },
    decided(job, sampled, reason) {
      decisions.add(1, { 'job.name': bounded(job), 'job.sampling.reason': reason, 'job.sampled': sampled });
    },
  };
}
