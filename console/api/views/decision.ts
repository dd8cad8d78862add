/**
 * The sampling decision about a run and its reason, from the typed client, with the rule if the policy is
 * known.
 */
import { defined } from '../../../core/util/defined';
import type { Sampling } from '../../types';
import type { RunPlace } from './find-run';

/** Whether a run is sampled, and its trace. */
export interface RunDecision {
  readonly sampling?: Sampling;
  /** Link to the trace in the tracing back end. */
  readonly url?: string;
}

/** Reads the decision; `undefined` if Temporal is away or no longer has the run. Never rejects. */
export async function decisionOf({ namespace, run }: RunPlace): Promise<RunDecision | undefined> {
  try {
    const { workflowId, runId } = run;
    const { sampling, url } = await namespace.calls.call(() =>
      namespace.jobs.traces.of({ workflowId, runId }),
    );
    if (!sampling) return defined({ url });
    const { sampled, text, reason } = sampling;
    return { sampling: { sampled, text, ...defined({ reason }) }, ...defined({ url }) };
  } catch {
    return undefined;
  }
}
