/**
 * An operator's requests to the game's service: its counts, and its log of a trace.
 */

/** The service's counts of requests, by sender. */
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

/** Returns the service's counts. */
export async function trafficCounts(serviceUrl: string): Promise<TrafficCounts> {
  const response = await fetch(`${serviceUrl}/traffic`);
  return (await response.json()) as TrafficCounts;
}

/** Returns the address of the service's log lines of a trace. */
export function logUrl(serviceUrl: string, traceId: string): string {
  return `${serviceUrl}/log?trace=${traceId}`;
}

/** Returns the service's log lines of a trace. */
export async function logOf(serviceUrl: string, traceId: string): Promise<LogEntry[]> {
  const response = await fetch(logUrl(serviceUrl, traceId));
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as LogEntry);
}
