/**
 * A run's Current Details in the Web UI: the link to its trace, or why there is none, and the parts that
 * workflow code of this package adds. They are not part of the history.
 *
 * Sandbox code. The link is set when the run begins, since user code may read it; all else exists only while
 * the metadata query is answered, so user code reads the same on every replay. Details set by user code take
 * precedence.
 */
import { getCurrentDetails, setCurrentDetails, type WorkflowInfo, workflowInfo } from '@temporalio/workflow';
import { detailsParts } from '../../core/run-details';
import type { SandboxOptions } from '../../core/sandbox-options';
import type { ActivationJob } from '../../core/sdk-types';
import { fillTraceUrl } from '../../core/trace-url';
import type { Run } from './run';
import type { RunState } from './run-state';

/** Name of the query that the Web UI and `temporal workflow metadata` send. */
const METADATA_QUERY = '__temporal_workflow_metadata';

/** Sets the details of a sampled run to the link to its trace. */
export function showLink(run: Run, info: WorkflowInfo, { traceUrl }: SandboxOptions): void {
  if (traceUrl !== '' && getCurrentDetails() === '') setCurrentDetails(linkOf(run, info, traceUrl));
}

/** Calls `activate`; if the jobs are a metadata query, with complete details. */
export function withDetails(
  jobs: readonly ActivationJob[],
  state: RunState,
  options: SandboxOptions,
  activate: () => void,
): void {
  const before = getCurrentDetails();
  const isMetadataQuery = jobs[0]?.queryWorkflow?.queryType === METADATA_QUERY;
  const details = isMetadataQuery ? detailsOf(state, options, before) : undefined;
  if (details !== undefined) setCurrentDetails(details);
  try {
    activate();
  } finally {
    if (details !== undefined) setCurrentDetails(before);
  }
}

/** Returns the details; `undefined` if they stay unchanged. */
function detailsOf(
  { run, tailSampled, counted }: RunState,
  options: SandboxOptions,
  before: string,
): string | undefined {
  const { traceUrl, bind } = options;
  const info = workflowInfo();
  const link = run && linkOf(run, info, traceUrl);
  const isUsers = before !== '' && before !== link;
  if (isUsers) return undefined;
  const linkTo = (traceId: string) => markdownLink(traceId, info, traceUrl);
  return [traceInWords(), ...detailsParts(linkTo)].filter((part) => part !== '').join('\n\n');

  function traceInWords(): string {
    if (tailSampled) {
      const reason = tailSampled === 'kept-slow' ? 'was slow' : 'failed';
      return `${link} · not sampled, but kept: it ${reason}`;
    }
    if (run?.root.sampled) return link ?? '';
    if (run) return notSampled(run);
    // Where only sampled runs are bound, the history does not show why.
    return counted && bind === 'sampled' ? `not sampled · ${RUN_NOW}` : '';
  }
}

const RUN_NOW = 'run it now to get a trace';

/** Returns why the run has no trace, and how to get one. */
function notSampled({ kind, reason }: Run): string {
  if (kind === 'child') return 'not sampled (it is in the trace of the run that started it)';
  if (kind === 'shard') return 'not sampled (its run is not, or the option shardRatio left it out)';
  return `not sampled (${reason ?? 'ratio of its rule'}) · ${RUN_NOW}`;
}

function linkOf({ root }: Run, info: WorkflowInfo, traceUrl: string): string {
  return markdownLink(root.traceId, info, traceUrl, root.spanId);
}

/** Returns a link to the trace, or its id if no address is known. */
function markdownLink(
  traceId: string,
  info: WorkflowInfo,
  traceUrl: string,
  spanId = traceId.slice(16),
): string {
  if (traceUrl === '') return `Trace ${traceId}`;
  const values = { traceId, spanId, runId: info.runId, startMs: info.runStartTime.getTime() };
  return `[Trace ${traceId}](${fillTraceUrl(traceUrl, values)})`;
}
