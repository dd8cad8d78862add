/**
 * Builds the page of a trace: its spans, the run that it belongs to, and the reason if there are no spans.
 */

import { defined } from '../../../core/util/defined';
import type { Trace } from '../../sources/index';
import { walk } from '../../timeline/item';
import { rowDetails } from '../../timeline/row-details';
import { traceTimeline, traceTrees } from '../../timeline/run-timeline';
import type { Problem, RowDetails, TracePage } from '../../types';
import { type ConsoleData, namespacesOf, problemsOf } from '../console-data';
import { decisionOf } from './decision';
import { findRunOfTrace } from './find-run';
import { runRow } from './run-row';
import { spansNote } from './spans-note';

/** Builds the page. Never rejects: what cannot be read is in `problems`. */
export async function tracePage(
  data: ConsoleData,
  traceId: string,
  namespace: string | undefined,
): Promise<TracePage> {
  const at = Date.now();
  const problems: Problem[] = [];
  const trace = await readTrace(data, traceId, problems);
  const found = await findRunOfTrace(data, traceId, namespace);
  const sampling = found && (await decisionOf(found))?.sampling;
  const note = spansNote(trace, sampling, found?.run);
  const run = found && { ...runRow(found.run, undefined, at), ...defined({ sampling }) };
  return {
    at,
    traceId,
    ...(run && { run }),
    timeline: traceTimeline(trace, at),
    ...(note !== undefined && {
      spansNote: found || trace ? note : `No run with this trace is known. ${note}`,
    }),
    problems: [...problems, ...problemsOf(namespacesOf(data, namespace))],
  };
}

/**
 * Returns the details of a row; `undefined` if the trace or the row is not known. Rejects if the trace cannot
 * be read.
 */
export async function traceRow(
  data: ConsoleData,
  traceId: string,
  row: string,
): Promise<RowDetails | undefined> {
  const trace = await data.traces.trace(traceId);
  if (!trace) return undefined;
  for (const item of walk(traceTrees(trace, Date.now()).roots))
    if (item.id === row) return rowDetails(item, trace);
  return undefined;
}

async function readTrace(
  data: ConsoleData,
  traceId: string,
  problems: Problem[],
): Promise<Trace | undefined> {
  try {
    return await data.traces.trace(traceId);
  } catch (error) {
    problems.push({ kind: 'traces', text: `The spans could not be read: ${(error as Error).message}` });
    return undefined;
  }
}
