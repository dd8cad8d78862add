/**
 * What an activity knows of its job: its headers are kept beside its context, and read when somebody asks.
 *
 * Host code; never throws.
 */
import type { Context } from '@temporalio/activity';
import type { Headers } from '@temporalio/common';
import { parseBaggage } from '../core/baggage';
import { type JobInfo, toJobInfo } from '../core/job-info';
import { isTrigger } from '../core/search-attributes';
import { readHeader, type TraceHeader } from '../core/trace-header';

const HEADERS = new WeakMap<Context, Headers>();

export function keepHeaders(activity: Context, headers: Headers): void {
  HEADERS.set(activity, headers);
}

/** What the activity's header tells of its job; `undefined` when it has none, or none of ours. */
export function jobInfoOf(activity: Context): JobInfo | undefined {
  const { span, baggage, part }: TraceHeader = readHeader(HEADERS.get(activity)).header ?? {};
  const entries = parseBaggage(baggage);
  const [jobName, jobRunId, trigger] = ['job.name', 'job.run.id', 'job.trigger'].map(
    (name) => entries.get(name)?.value,
  );
  if (jobName === undefined || jobRunId === undefined || !isTrigger(trigger)) return undefined;
  const { attempt, shard, facts = {} } = part?.kind === 'activity' ? part : { attempt: 1 };
  const origin = { jobName, jobRunId, trigger, facts, ...(shard && { shard }) };
  return toJobInfo(origin, attempt, span);
}
