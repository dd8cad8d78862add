/** Runs a workflow in a separate thread, as in a worker, that calls the host on the main thread. */
import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker';
import { ThreadedVMWorkflowCreator } from '@temporalio/worker/lib/workflow/threaded-vm';
import { infoOf } from '../sandbox/sandbox';

const ISOLATE_TIMEOUT_MS = 60_000;

/** A workflow thread, in which runs call the host. */
export class WorkflowThread {
  readonly #creator: ThreadedVMWorkflowCreator;

  private constructor(creator: ThreadedVMWorkflowCreator) {
    this.#creator = creator;
  }

  static async start(): Promise<WorkflowThread> {
    const logger = new DefaultLogger('WARN');
    const { code } = await bundleWorkflowCode({
      workflowsPath: require.resolve('../workflows/host-calls'),
      logger,
    });
    const creator = await ThreadedVMWorkflowCreator.create({
      workflowBundle: parseWorkflowCode(code),
      threadPoolSize: 1,
      isolateExecutionTimeoutMs: ISOLATE_TIMEOUT_MS,
      reuseV8Context: true,
      registeredActivityNames: new Set(),
      logger,
      patchActivationCallback: () => false,
    });
    return new WorkflowThread(creator);
  }

  /** Runs a workflow that makes this many calls. */
  async run(calls: number): Promise<void> {
    const runId = randomUUID();
    const workflow = await this.#creator.createWorkflow({
      info: { ...infoOf(runId), workflowType: 'hostCalls' },
      randomnessSeed: [1, 2, 3, 4, 5, 6, 7, 8],
      now: Date.now(),
      showStackTraceSources: false,
    });
    const args = [defaultPayloadConverter.toPayload(calls)];
    const { successful } = await workflow.activate({
      runId,
      timestamp: { seconds: Math.floor(Date.now() / 1_000) as never, nanos: 0 },
      isReplaying: false,
      historyLength: 3,
      jobs: [
        {
          initializeWorkflow: { workflowId: 'bench', workflowType: 'hostCalls', arguments: args, attempt: 1 },
        },
      ],
    });
    if (!successful) throw new Error('the workflow task failed');
    await workflow.dispose();
  }

  stop(): Promise<void> {
    return this.#creator.destroy();
  }
}
