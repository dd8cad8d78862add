/**
 * Fills the template of a link from a run to its trace. Pure, nothing but strings: the sandbox does it, too.
 */

/** The run that a link leads to. */
export interface TraceUrlValues {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly runId: string;
  /** Start of the run, milliseconds since 1970. */
  readonly startMs: number;
  /** End of the run; left out while it runs. */
  readonly endMs?: number | undefined;
}

/** Clocks of servers and workers differ, and the last spans are later than the run's end. */
const MARGIN_MS = 60_000;
/** How long a run that has not ended may take and still be in the time that a link searches. */
const RUNNING_MS = 86_400_000;

/** The link to a run's trace. Unknown placeholders are left as they are; values are percent-encoded. */
export function fillTraceUrl(template: string, values: TraceUrlValues): string {
  return Object.entries(placeholderValues(values)).reduce(
    // No value, once encoded, holds a brace, or a `$` that would have a meaning here.
    (url, [name, value]) => url.replaceAll(`{${name}}`, encodeURIComponent(value)),
    template,
  );
}

/** What each placeholder stands for. */
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
