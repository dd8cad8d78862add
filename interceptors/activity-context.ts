/**
 * What an activity knows of its job: its trace header is kept beside its context, and read when somebody asks.
 *
 * Host code; never throws.
 */
import type { Context } from '@temporalio/activity';
import { parseBaggage } from './shared/baggage';
import type { TraceHeader } from './shared/header';
import { type JobContext, toJobContext } from './shared/job-context';
import { isTrigger } from './shared/search-attributes';

const HEADERS = new WeakMap<Context, TraceHeader>();

export function keepHeader(activity: Context, header: TraceHeader): void {
  HEADERS.set(activity, header);
}

/** What the activity's header tells of its job; `undefined` when it has none, or none of ours. */
export function jobContextOf(activity: Context): JobContext | undefined {
  const { span, baggage, part }: TraceHeader = HEADERS.get(activity) ?? {};
  const entries = parseBaggage(baggage);
  const [jobName, jobRunId, trigger] = ['job.name', 'job.run.id', 'job.trigger'].map(
    (name) => entries.get(name)?.value,
  );
  if (jobName === undefined || jobRunId === undefined || !isTrigger(trigger)) return undefined;
  const { attempt, shard, facts = {} } = part?.kind === 'activity' ? part : { attempt: 1 };
  const origin = { jobName, jobRunId, trigger, facts, ...(shard && { shard }) };
  return toJobContext(origin, attempt, span);
}
