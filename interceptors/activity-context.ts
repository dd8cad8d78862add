/**
 * What an activity knows of its job: read from its trace header, kept beside its context.
 *
 * Host code; never throws.
 */
import type { Context } from '@temporalio/activity';
import { parseBaggage } from './shared/baggage';
import type { TraceHeader } from './shared/header';
import { type JobContext, toJobContext } from './shared/job-context';
import { isTrigger } from './shared/search-attributes';

const CONTEXTS = new WeakMap<Context, JobContext>();

/** Keeps what the activity's header tells of its job, if it is one of ours. */
export function keepJobContext(activity: Context, { span, baggage, part }: TraceHeader): void {
  const entries = parseBaggage(baggage);
  const [jobName, jobRunId, trigger] = ['job.name', 'job.run.id', 'job.trigger'].map(
    (name) => entries.get(name)?.value,
  );
  if (jobName === undefined || jobRunId === undefined || !isTrigger(trigger)) return;
  const { attempt, shard, facts = {} } = part?.kind === 'activity' ? part : { attempt: 1 };
  const origin = { jobName, jobRunId, trigger, facts, ...(shard && { shard }) };
  CONTEXTS.set(activity, toJobContext(origin, attempt, span));
}

export function jobContextOf(activity: Context): JobContext | undefined {
  return CONTEXTS.get(activity);
}
