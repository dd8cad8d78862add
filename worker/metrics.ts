/**
 * Metrics of runs and decisions, through `@opentelemetry/api`: exported by the meter provider of the process,
 * if it has one. Counts and durations do not depend on sampling. Each point also has the attribute
 * `temporal.namespace`.
 *
 * | name | kind, unit | attributes |
 * |---|---|---|
 * | `job.runs` | counter, `{run}` | `job.name`, `job.trigger`, `job.result` |
 * | `job.run.duration` | histogram, `s` | `job.name`, `job.trigger`, `job.result` |
 * | `job.sampling.decisions` | counter, `{run}` | `job.name`, `job.sampling.reason`, `job.sampled` |
 * | `job.sampling.kept` | counter, `{run}` | `job.name`, `job.sampling.reason` |
 * | `job.spans.dropped` | counter, `{span}` | `job.name` |
 */
import { metrics } from '@opentelemetry/api';
import type { JobResult } from '../core/run-end';
import type { JobTrigger } from '../core/search-attributes';
import { BoundedSet } from '../core/util/bounded-map';
import type { KeptReason, SamplingReason } from '../sampling/markers';

/** Most runs that are remembered as counted; beyond that the oldest is dropped. */
const MAX_RUNS = 10_000;
/** Most job names that are counted separately; runs of further jobs are counted under {@link OTHER_JOBS}. */
const MAX_JOBS = 500;
const OTHER_JOBS = 'other';

/** A top-level run that ended. */
export interface EndedRun {
  readonly job: string;
  readonly trigger: JobTrigger;
  readonly result: JobResult;
  /** Milliseconds from the first workflow task to the last. */
  readonly durationMs: number;
}

export interface JobMetrics {
  /** Counts a top-level run that ended. Never throws. */
  ended(run: EndedRun): void;
  /** Counts a sampling decision; only once for the same run. Never throws. */
  decided(runId: string, job: string, sampled: boolean, reason: SamplingReason): void;
  /** Counts a tail-sampled run. Never throws. */
  tailSampled(job: string, reason: KeptReason): void;
  /** Counts spans that a task's sandbox dropped for their number. Never throws. */
  spansDropped(job: string, count: number): void;
}

/** Returns the metrics of one namespace. @param namespace Temporal namespace, an attribute of each point */
export function createJobMetrics(namespace: string): JobMetrics {
  const shared = { 'temporal.namespace': namespace };
  // Created on first use: unlike for spans, the API has no proxy that a later meter provider would fill.
  let created: ReturnType<typeof createInstruments> | undefined;
  const instruments = () => {
    created ??= createInstruments();
    return created;
  };
  const jobs = new Set<string>();
  const decided = new BoundedSet<string>(MAX_RUNS);

  /** Returns the job's name, or {@link OTHER_JOBS} if too many are counted already. */
  function bounded(job: string): string {
    if (jobs.has(job)) return job;
    if (jobs.size >= MAX_JOBS) return OTHER_JOBS;
    jobs.add(job);
    return job;
  }

  return {
    ended({ job, trigger, result, durationMs }) {
      const attributes = {
        ...shared,
        'job.name': bounded(job),
        'job.trigger': trigger,
        'job.result': result,
      };
      instruments().runs.add(1, attributes);
      instruments().durations.record(durationMs / 1_000, attributes);
    },
    decided(runId, job, sampled, reason) {
      if (decided.has(runId)) return;
      decided.add(runId);
      const attributes = {
        ...shared,
        'job.name': bounded(job),
        'job.sampling.reason': reason,
        'job.sampled': sampled,
      };
      instruments().decisions.add(1, attributes);
    },
    tailSampled(job, reason) {
      instruments().tailSampled.add(1, {
        ...shared,
        'job.name': bounded(job),
        'job.sampling.reason': reason,
      });
    },
    spansDropped(job, count) {
      instruments().spansDropped.add(count, { ...shared, 'job.name': bounded(job) });
    },
  };
}

function createInstruments() {
  const meter = metrics.getMeter('temporal-job-tracing');
  const unit = '{run}';
  return {
    runs: meter.createCounter('job.runs', { unit, description: 'Job runs that ended' }),
    durations: meter.createHistogram('job.run.duration', {
      unit: 's',
      description: 'From the first workflow task of a job run to its last',
    }),
    decisions: meter.createCounter('job.sampling.decisions', {
      unit,
      description: 'Job runs whose recording was decided',
    }),
    spansDropped: meter.createCounter('job.spans.dropped', {
      unit: '{span}',
      description: 'Spans of workflow tasks that made more than 2,000',
    }),
    tailSampled: meter.createCounter('job.sampling.kept', {
      unit,
      description:
        'Job runs that were not sampled, but left their root span because they failed or were slow',
    }),
  };
}
