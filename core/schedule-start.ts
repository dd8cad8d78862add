/**
 * What a Temporal Schedule says on a run that it started, as far as a run can be believed about it.
 *
 * Pure, never throws. Anybody who may start a workflow can set the Schedule's search attributes, by accident too: the
 * Web UI copies them. A Schedule also appends the nominal time to the workflow id, so a run is believed only if its id
 * ends with the time that its attributes name.
 */
import type { SearchAttributePair } from '@temporalio/common';
import { textOf } from './util/untrusted';

export interface ScheduleStart {
  readonly scheduleId: string;
  /** The action's nominal time: milliseconds since the epoch, whole seconds. */
  readonly nominalMs: number;
}

/** @returns `undefined` for a run that no Schedule started */
export function scheduleStartOf(
  workflowId: string,
  attributes: readonly SearchAttributePair[],
): ScheduleStart | undefined {
  const valueBy = (name: string) => attributes.find(({ key }) => key.name === name)?.value;
  const scheduleId = textOf(valueBy('TemporalScheduledById'));
  const time = valueBy('TemporalScheduledStartTime');
  const nominalMs = time instanceof Date ? time.getTime() : Date.parse(String(time));
  if (!scheduleId || Number.isNaN(nominalMs)) return undefined;
  // As the server writes it: RFC 3339 in whole seconds, UTC.
  const suffix = `-${new Date(nominalMs).toISOString().slice(0, 19)}Z`;
  return workflowId.endsWith(suffix) ? { scheduleId, nominalMs } : undefined;
}
