/**
 * Drives the SDK's real workflow sandbox in this process, without a worker and a server: activations in,
 * commands and sink calls out, as `Worker` in debug mode does.
 */
import { randomUUID } from 'node:crypto';
import { TypedSearchAttributes } from '@temporalio/common';
import { coresdk } from '@temporalio/proto';
import type { WorkerOptions, WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker';
import type { Workflow } from '@temporalio/worker/lib/workflow/interface';
import { invokePatchActivationCallback } from '@temporalio/worker/lib/workflow/patch-activation-callback';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm';
import type { SinkCall, WorkflowInfo } from '@temporalio/workflow';

const { WorkflowActivation } = coresdk.workflow_activation;
type Job = coresdk.workflow_activation.IWorkflowActivationJob;
type Command = coresdk.workflow_commands.IWorkflowCommand;

/** Default of the worker's options. */
const ISOLATE_TIMEOUT_MS = 5_000;
const WORKFLOW_TYPE = 'oneActivity';
/** Result of the activity: nothing, as a payload. */
const NOTHING = { metadata: { encoding: Buffer.from('binary/null') } };

/** One workflow in the cache. */
export interface CachedRun {
  readonly workflow: Workflow;
  readonly runId: string;
}

/** Commands and sink calls of one activation. */
export interface Outcome {
  readonly commands: readonly Command[];
  readonly sinkCalls: readonly SinkCall[];
}

/** A V8 context with a workflow bundle, shared by all its runs, as in a worker's thread. */
export class Sandbox {
  readonly #creator: ReusableVMWorkflowCreator;

  private constructor(creator: ReusableVMWorkflowCreator) {
    this.#creator = creator;
  }

  /** Creates a sandbox. @param activities names of its worker's activities */
  static async create(
    bundle: WorkflowBundleWithSourceMap,
    onPatch: WorkerOptions['patchActivationCallback'],
    activities: readonly string[],
  ): Promise<Sandbox> {
    const callback =
      onPatch && ((info: WorkflowInfo, id: string) => invokePatchActivationCallback(onPatch, info, id));
    const parsed = parseWorkflowCode(bundle.code);
    return new Sandbox(
      await ReusableVMWorkflowCreator.create(parsed, ISOLATE_TIMEOUT_MS, new Set(activities), callback),
    );
  }

  /** Starts a run, whose workflow then waits for its activity. */
  async begin(): Promise<CachedRun & Outcome> {
    const runId = randomUUID();
    const workflow = await this.#creator.createWorkflow({
      info: infoOf(runId),
      randomnessSeed: [1, 2, 3, 4, 5, 6, 7, 8],
      now: Date.now(),
      showStackTraceSources: false,
    });
    const outcome = await activate({ workflow, runId }, 1, [
      { initializeWorkflow: { workflowId: 'bench', workflowType: WORKFLOW_TYPE, arguments: [], attempt: 1 } },
    ]);
    return { workflow, runId, ...outcome };
  }

  /** Completes the activity of a started run, so that its workflow ends, and evicts the workflow. */
  async end(run: CachedRun): Promise<Outcome> {
    const outcome = await activate(run, 2, [
      { resolveActivity: { seq: 1, result: { completed: { result: NOTHING } } } },
    ]);
    await run.workflow.dispose();
    return outcome;
  }

  async close(): Promise<void> {
    await this.#creator.destroy();
  }
}

async function activate({ workflow, runId }: CachedRun, task: number, jobs: Job[]): Promise<Outcome> {
  const now = Date.now();
  const activation = WorkflowActivation.fromObject({
    runId,
    timestamp: { seconds: Math.floor(now / 1_000), nanos: (now % 1_000) * 1_000_000 },
    isReplaying: false,
    historyLength: 3 * task,
    jobs,
  });
  const completion = await workflow.activate(activation);
  if (!completion.successful)
    throw new Error(`The workflow task failed: ${completion.failed?.failure?.message ?? 'no reason given'}`);
  const sinkCalls = await workflow.getAndResetSinkCalls();
  return { commands: completion.successful.commands ?? [], sinkCalls };
}

/** Returns a workflow info as `Worker` creates it from a run's first activation. */
export function infoOf(runId: string): WorkflowInfo {
  const now = new Date();
  return {
    workflowId: 'bench',
    runId,
    workflowType: WORKFLOW_TYPE,
    searchAttributes: {},
    typedSearchAttributes: new TypedSearchAttributes(),
    taskQueue: 'bench',
    namespace: 'default',
    firstExecutionRunId: runId,
    originalExecutionRunId: runId,
    startTime: now,
    runStartTime: now,
    taskTimeoutMs: 10_000,
    attempt: 1,
    historyLength: 3,
    historySize: 0,
    continueAsNewSuggested: false,
    targetWorkerDeploymentVersionChanged: false,
    unsafe: { isReplaying: false, isReplayingHistoryEvents: false } as WorkflowInfo['unsafe'],
  } as unknown as WorkflowInfo;
}
