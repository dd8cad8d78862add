/**
 * The job of an activity, for `jobInfo()`: the headers are stored with the activity's context, and parsed on
 * demand.
 *
 * Host code; never throws.
 */
import type { Context } from '@temporalio/activity';
import type { Headers } from '@temporalio/common';
import { parseBaggage } from '../core/baggage';
import { type JobInfo, toJobInfo } from '../core/job-info';
import { isTrigger } from '../core/search-attributes';
import { readHeader, type TraceHeader } from '../core/trace-header';
import { defined } from '../core/util/defined';

const HEADERS = new WeakMap<Context, Headers>();

/** Stores the headers of an activity until its context is garbage. */
export function storeHeaders(activity: Context, headers: Headers): void {
  HEADERS.set(activity, headers);
}

/** Returns the job in the activity's header; `undefined` if there is no header, or it has no job. */
export function jobInfoOf(activity: Context): JobInfo | undefined {
  const { span, baggage, jobHeader }: TraceHeader = readHeader(HEADERS.get(activity)).header ?? {};
  const entries = parseBaggage(baggage);
  const [jobName, jobRunId, trigger] = ['job.name', 'job.run.id', 'job.trigger'].map(
    (name) => entries.get(name)?.value,
  );
  if (jobName === undefined || jobRunId === undefined || !isTrigger(trigger)) return undefined;
  const {
    attempt,
    shard,
    facts: metadata = {},
  } = jobHeader?.kind === 'activity' ? jobHeader : { attempt: 1 };
  const origin = defined({ jobName, jobRunId, trigger, metadata, shard });
  return toJobInfo(origin, attempt, span);
}
