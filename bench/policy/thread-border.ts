/** A workflow in a thread of its own, as in a worker, that asks the host on the main thread. */
import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker';
import { ThreadedVMWorkflowCreator } from '@temporalio/worker/lib/workflow/threaded-vm';
import { infoOf } from '../sandbox/sandbox';

const ISOLATE_TIMEOUT_MS = 60_000;

export class Asking {
  readonly #creator: ThreadedVMWorkflowCreator;

  private constructor(creator: ThreadedVMWorkflowCreator) {
    this.#creator = creator;
  }

  static async start(): Promise<Asking> {
    const logger = new DefaultLogger('WARN');
    const { code } = await bundleWorkflowCode({
      workflowsPath: require.resolve('../workflows/asks'),
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
    return new Asking(creator);
  }

  /** One run that asks this many times. */
  async run(asks: number): Promise<void> {
    const runId = randomUUID();
    const workflow = await this.#creator.createWorkflow({
      info: { ...infoOf(runId), workflowType: 'asks' },
      randomnessSeed: [1, 2, 3, 4, 5, 6, 7, 8],
      now: Date.now(),
      showStackTraceSources: false,
    });
    const args = [defaultPayloadConverter.toPayload(asks)];
    const { successful } = await workflow.activate({
      runId,
      timestamp: { seconds: Math.floor(Date.now() / 1_000) as never, nanos: 0 },
      isReplaying: false,
      historyLength: 3,
      jobs: [
        { initializeWorkflow: { workflowId: 'bench', workflowType: 'asks', arguments: args, attempt: 1 } },
      ],
    });
    if (!successful) throw new Error('the workflow task failed');
    await workflow.dispose();
  }

  stop(): Promise<void> {
    return this.#creator.destroy();
  }
}
