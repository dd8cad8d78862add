/**
 * What an operator can ask the game's service: whom it served, and what it logged of a trace.
 */

/** Requests by who sent them, as the service counts. */
export interface TrafficCounts {
  readonly player: number;
  readonly scheduler: number;
  readonly gray: number;
  readonly loadtest: number;
}

/** A line of the service's log. */
export interface LogEntry {
  readonly from: 'player' | 'scheduler';
  readonly lane?: string;
  readonly loadtest?: boolean;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly request: string;
  readonly took_ms: number;
  readonly note?: string;
}

export async function trafficCounts(serviceUrl: string): Promise<TrafficCounts> {
  const response = await fetch(`${serviceUrl}/traffic`);
  return (await response.json()) as TrafficCounts;
}

/** Address of the service's log lines of a trace. */
export function logUrl(serviceUrl: string, traceId: string): string {
  return `${serviceUrl}/log?trace=${traceId}`;
}

/** The lines at that address. */
export async function logOf(serviceUrl: string, traceId: string): Promise<LogEntry[]> {
  const response = await fetch(logUrl(serviceUrl, traceId));
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as LogEntry);
}
