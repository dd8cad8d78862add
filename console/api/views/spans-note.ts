/**
 * Explains why spans of a run are missing.
 */

import type { Trace } from '../../sources/index';
import type { FoundRun } from '../../temporal/execution';
import { plural } from '../../timeline/durations';
import type { Sampling } from '../../types';

/** How long after a run's end spans may still arrive, in milliseconds: exporters send them in batches. */
const ON_THEIR_WAY_MS = 15_000;

/** Returns one sentence; `undefined` if nothing is missing. */
export function spansNote(
  trace: Trace | undefined,
  sampling: Sampling | undefined,
  run: FoundRun | undefined,
): string | undefined {
  if (trace && trace.spans.length > 0) return ofTrace(trace, sampling);
  if (sampling?.sampled === false) return sampling.text;
  const endedAgoMs = run && run.state !== 'running' ? Date.now() - run.closedAt : 0;
  const known = sampling ? `${sampling.text}, but none` : 'None';
  if (endedAgoMs < ON_THEIR_WAY_MS) return `${known} of its spans has arrived yet.`;
  return (
    `${known} of its spans is stored here: they were sent elsewhere (set OTEL_EXPORTER_OTLP_ENDPOINT of the workers ` +
    'to this console), or have expired.'
  );
}

function ofTrace(trace: Trace, sampling: Sampling | undefined): string | undefined {
  const notes: string[] = [];
  if (sampling?.reason?.startsWith('kept-')) notes.push(`Only its root span is recorded: ${sampling.text}.`);
  if (trace.isBeginningExpired) notes.push('The beginning of its trace has expired.');
  if (trace.cut > 0) notes.push(`${plural(trace.cut, 'span')} of its trace are left out: it is too large.`);
  return notes.length > 0 ? notes.join(' ') : undefined;
}
