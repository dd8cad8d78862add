/**
 * The Temporal Schedule's action that started a run, by the run's search attributes.
 *
 * Pure, never throws. Anybody who may start a workflow can set the Schedule's search attributes, even by
 * accident: the Web UI copies them. A Schedule also appends the nominal time to the workflow id, so the
 * attributes count only if the id ends with the same time.
 */
import type { SearchAttributePair } from '@temporalio/common';
import { textOf } from './util/untrusted';

/** The Temporal Schedule's action that started a run. */
export interface ScheduleStart {
  readonly scheduleId: string;
  /** Nominal time of the action, in milliseconds since the epoch; whole seconds. */
  readonly nominalMs: number;
}

/** Returns the Schedule's action that started a run; `undefined` if no Schedule started it. */
export function scheduleStartOf(
  workflowId: string,
  attributes: readonly SearchAttributePair[],
): ScheduleStart | undefined {
  const valueBy = (name: string) => attributes.find(({ key }) => key.name === name)?.value;
  const scheduleId = textOf(valueBy('TemporalScheduledById'));
  const time = valueBy('TemporalScheduledStartTime');
  const nominalMs = time instanceof Date ? time.getTime() : Date.parse(String(time));
  if (!scheduleId || Number.isNaN(nominalMs)) return undefined;
  // The server's format: RFC 3339 in whole seconds, UTC.
  const suffix = `-${new Date(nominalMs).toISOString().slice(0, 19)}Z`;
  return workflowId.endsWith(suffix) ? { scheduleId, nominalMs } : undefined;
}
