/**
 * The fallback where the SDK lacks internals that the plugin needs: new runs are not traced, and runs in
 * progress are completed.
 *
 * Sandbox code: uses only public functions of the SDK. It repeats the commands at the beginning of a run's
 * history; closed runs that were tail-sampled do not replay.
 */
import { upsertSearchAttributes, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import type { SandboxOptions } from '../../core/sandbox-options';
import type { InitializeWorkflow } from '../../core/sdk-types';
import type { JobTracingSinks } from '../../core/span-record';
import { safely } from '../../core/util/untrusted';
import { Allowance } from './allowance';
import { readRun } from './read-run';
import { attributesOfTop } from './run-attributes';
import { untracedOutbound } from './untraced-outbound';

/** Returns the fallback interceptors. @param missing names of the internals that the SDK lacks */
export function replayOnlyInterceptors(
  missing: readonly string[],
  sink: JobTracingSinks['jobTracing'],
  options: SandboxOptions,
): WorkflowInterceptors {
  const why = `the Temporal SDK of its bundle lacks ${missing.join(', ')}`;

  function begin(init: InitializeWorkflow): void {
    const info = workflowInfo();
    if (!info.unsafe.isReplaying) {
      sink.ignored('SDK', why);
      return;
    }
    const { run } = readRun(info, init, [], options);
    if (run?.kind === 'top' && run.bound) upsertSearchAttributes(attributesOfTop(run));
  }

  return {
    outbound: [untracedOutbound(new Allowance())],
    internals: [
      {
        activate(input, next) {
          const init = input.activation.jobs?.[0]?.initializeWorkflow;
          try {
            if (init) begin(init);
          } catch (error) {
            safely(() => sink.ignored('run', String(error)));
          }
          next(input);
        },
      },
    ],
  };
}
