/**
 * Fills the template of a link from a run to its trace. Pure; strings only, since the sandbox uses it, too.
 */

/** The run that a link leads to. */
export interface TraceUrlValues {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly runId: string;
  /** Start of the run, in milliseconds since the epoch. */
  readonly startMs: number;
  /** End of the run, in milliseconds since the epoch; left out while it is running. */
  readonly endMs?: number | undefined;
}

/** Margin of the searched time range: clocks of servers and workers differ, and the last spans end after the run. */
const MARGIN_MS = 60_000;
/** Searched time range after the start of a run that has not ended. */
const RUNNING_MS = 86_400_000;

/** Returns the link to a run's trace. Unknown placeholders are left as they are; values are percent-encoded. */
export function fillTraceUrl(template: string, values: TraceUrlValues): string {
  return Object.entries(placeholderValues(values)).reduce(
    // An encoded value contains no brace, and no `$` that `replaceAll` would interpret.
    (url, [name, value]) => url.replaceAll(`{${name}}`, encodeURIComponent(value)),
    template,
  );
}

/** Returns the values by placeholder. */
export function placeholderValues({
  startMs,
  endMs,
  ...ids
}: TraceUrlValues): Record<string, string | number> {
  const from = startMs - MARGIN_MS;
  const to = endMs === undefined ? startMs + RUNNING_MS : endMs + MARGIN_MS;
  return {
    ...ids,
    startMs: from,
    endMs: to,
    startSec: Math.floor(from / 1000),
    endSec: Math.ceil(to / 1000),
    startIso: new Date(from).toISOString(),
    endIso: new Date(to).toISOString(),
  };
}
