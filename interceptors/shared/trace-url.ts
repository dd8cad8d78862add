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

/**
 * A placeholder in a template; the name is its first group. Made anew each time: a search writes to a global
 * expression, and the sandbox freezes what its modules hold.
 */
export function placeholders(): RegExp {
  return /\{([A-Za-z]\w*)\}/g;
}

/** Clocks of servers and workers differ, and the last spans are later than the run's end. */
const MARGIN_MS = 60_000;
/** How long a run that has not ended may take and still be in the time that a link searches. */
const RUNNING_MS = 86_400_000;

/** The link to a run's trace. Unknown placeholders are left as they are; values are percent-encoded. */
export function fillTraceUrl(template: string, values: TraceUrlValues): string {
  return template.replace(placeholders(), (placeholder, name: string) => {
    const value = placeholderValue(name, values);
    return value === undefined ? placeholder : encodeURIComponent(value);
  });
}

/** What a placeholder stands for; `undefined` for one that is not known. */
export function placeholderValue(
  name: string,
  { traceId, spanId, runId, startMs, endMs }: TraceUrlValues,
): string | undefined {
  const from = startMs - MARGIN_MS;
  const to = endMs === undefined ? startMs + RUNNING_MS : endMs + MARGIN_MS;
  const values = new Map<string, string | number>([
    ['traceId', traceId],
    ['spanId', spanId],
    ['runId', runId],
    ['startMs', from],
    ['endMs', to],
    ['startSec', Math.floor(from / 1000)],
    ['endSec', Math.ceil(to / 1000)],
    ['startIso', new Date(from).toISOString()],
    ['endIso', new Date(to).toISOString()],
  ]);
  return values.get(name)?.toString();
}
