/**
 * Parts that workflow code of this package adds to a run's details in the Web UI. They are rendered only when
 * the details are queried, so they cost a run nothing.
 *
 * Sandbox code; one list for each workflow execution.
 */
import { workflowSlot } from './workflow-scope';

/** Returns a link to a trace, as Markdown. */
export type TraceLink = (traceId: string) => string;

/** Renders the workflow's current state as Markdown. */
export type DetailsPart = (linkTo: TraceLink) => string;

const PARTS = workflowSlot<DetailsPart[]>('details');

/** Adds a part to the current workflow's details. Without the plugin it is never rendered. */
export function addDetails(part: DetailsPart): void {
  PARTS.set([...(PARTS.get() ?? []), part]);
}

/** Returns the added parts, rendered, in the order in which they were added. */
export function detailsParts(linkTo: TraceLink): string[] {
  return (PARTS.get() ?? []).map((part) => part(linkTo));
}

/** Returns a user's text as one line of Markdown that shows it literally, cut to `maxLength` characters. */
export function plain(text: string, maxLength = 200): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
  return cut.replace(/[\\`*_[\](){}<>#|~!]/g, '\\$&');
}
