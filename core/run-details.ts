/**
 * What workflow code of this package adds to a run's details in the Web UI: made only when somebody asks for them, so
 * that it costs a run nothing.
 *
 * Sandbox code; one list for each workflow.
 */
import { workflowSlot } from './workflow-scope';

/** Links to a trace, as Markdown. */
export type TraceLink = (traceId: string) => string;

/** Makes Markdown of the workflow's present state. */
export type DetailsPart = (linkTo: TraceLink) => string;

const PARTS = workflowSlot<DetailsPart[]>('details');

/** Adds a part to the present workflow's details. Without the plugin nobody asks for it. */
export function addDetails(part: DetailsPart): void {
  PARTS.set([...(PARTS.get() ?? []), part]);
}

/** The parts that were added, in their order. */
export function detailsParts(linkTo: TraceLink): string[] {
  return (PARTS.get() ?? []).map((part) => part(linkTo));
}

/** Text of users as Markdown that shows it as it is, in one line. */
export function plain(text: string, maxLength = 200): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
  return cut.replace(/[\\`*_[\](){}<>#|~!]/g, '\\$&');
}
