/**
 * Makes sure that a variant does what its name says before it is measured: a plugin that does nothing is cheap.
 */
import { deepEqual } from 'node:assert/strict';
import type { Variant } from '../core/variants';
import type { Outcome, Sandbox } from './sandbox';

/** What a run leaves behind. */
interface Traces {
  /** Markers in its history. */
  readonly markers: number;
  readonly upserts: number;
  /** Spans that left the sandbox. */
  readonly spans: number;
  /** Whether its activity gets a trace header. */
  readonly header: boolean;
}

/** Sink calls that take spans: the official plugin's, and ours. */
const EXPORTS: ReadonlySet<string> = new Set(['export', 'report']);

const BOUND = { markers: 1, upserts: 1, header: true };
const EXPECTED: Readonly<Record<Exclude<Variant, 'ours, ratio 0.01'>, Traces>> = Object.freeze({
  'no plugin': { markers: 0, upserts: 0, spans: 0, header: false },
  'official plugin': { markers: 0, upserts: 0, spans: 2, header: true },
  // StartActivity, RunWorkflow; the host makes RunStarted.
  'ours, ratio 1': { ...BOUND, spans: 2 },
  'ours, ratio 0': { ...BOUND, spans: 0 },
  "ours, ratio 0, bind: 'sampled'": { markers: 0, upserts: 0, spans: 0, header: false },
});

/** @throws {AssertionError} when a run of the variant leaves other traces than it should */
export async function checkVariant(variant: Variant, sandbox: Sandbox): Promise<void> {
  if (variant === 'ours, ratio 0.01') return;
  const first = await sandbox.begin();
  const second = await sandbox.end(first);
  deepEqual(tracesOf([first, second]), EXPECTED[variant], `what a run leaves behind with ${variant}`);
}

function tracesOf(outcomes: readonly Outcome[]): Traces {
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
