/**
 * Checks before the measurements that each variant works as intended: a plugin that does nothing is cheap.
 */
import { deepEqual } from 'node:assert/strict';
import type { Variant } from '../core/variants';
import type { Outcome, Sandbox } from './sandbox';

/** Effects of a plugin on a run. */
interface Effects {
  /** Markers in the run's history. */
  readonly markers: number;
  readonly upserts: number;
  /** Spans that the sandbox sent to the host. */
  readonly spans: number;
  /** Whether the run's activity has a trace header. */
  readonly header: boolean;
}

/** Sink calls with spans: the official plugin's, and ours. */
const EXPORTS: ReadonlySet<string> = new Set(['export', 'report']);

const BOUND = { markers: 1, upserts: 1, header: true };
const EXPECTED: Readonly<Record<Exclude<Variant, 'ours, ratio 0.01'>, Effects>> = Object.freeze({
  'no plugin': { markers: 0, upserts: 0, spans: 0, header: false },
  'official plugin': { markers: 0, upserts: 0, spans: 2, header: true },
  // StartActivity and RunWorkflow; the host creates RunStarted.
  'ours, ratio 1': { ...BOUND, spans: 2 },
  'ours, ratio 0': { ...BOUND, spans: 0 },
  "ours, ratio 0, bind: 'sampled'": { markers: 0, upserts: 0, spans: 0, header: false },
});

/** Runs a workflow with the variant. @throws {AssertionError} if the plugin's effects are not the expected ones */
export async function checkVariant(variant: Variant, sandbox: Sandbox): Promise<void> {
  if (variant === 'ours, ratio 0.01') return;
  const first = await sandbox.begin();
  const second = await sandbox.end(first);
  deepEqual(effectsOf([first, second]), EXPECTED[variant], `effects of ${variant} on a run`);
}

function effectsOf(outcomes: readonly Outcome[]): Effects {
  const commands = outcomes.flatMap((outcome) => outcome.commands);
  const exported = outcomes
    .flatMap(({ sinkCalls }) => sinkCalls)
    .filter(({ fnName }) => EXPORTS.has(fnName))
    .flatMap(({ args }) => args[0] as unknown[]);
  return {
    markers: commands.filter(({ setPatchMarker }) => setPatchMarker).length,
    upserts: commands.filter(({ upsertWorkflowSearchAttributes }) => upsertWorkflowSearchAttributes).length,
    spans: exported.length,
    header: commands.some(({ scheduleActivity }) => scheduleActivity?.headers?.['_tracer-data']),
  };
}
