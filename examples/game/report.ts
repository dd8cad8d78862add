/**
 * What the game writes to the terminal besides what all examples do. Pure.
 */

import { duration, type Style } from '../../core/terminal-style';
import { below, type Places, placesLines } from '../support/report';
import type { LogEntry, TrafficCounts } from './operator';
import type { GameService } from './service-process';

/** What runs here and where. */
export function heading(places: Places, service: GameService, budgetMs: number, terminal: Style): string[] {
  return [
    '',
    terminal.bold("The game: jobs that call a service without an SDK, between its players' requests"),
    '',
    `season-close and load-test are scheduled jobs of httpJob. They call a service in ${service.language} that knows`,
    'neither Temporal nor OpenTelemetry, and that players use meanwhile. Half of the runs of season-close',
    `go to its new release, in the lane gray. A run usually takes under ${budgetMs / 1000} s; a watcher`,
    '(temporal-job-tracing/alerts) tells of one that takes longer.',
    '',
    ...placesLines(places, { name: 'game', url: service.url }, terminal),
  ];
}

/** What the service logged of a run, below the run's line. */
export function loggedLines(entries: readonly LogEntry[], { dim }: Style): string[] {
  return entries.map(({ lane = 'stable', loadtest, request, took_ms }) =>
    below(dim(`served: ${loadtest ? 'load test' : `lane ${lane}`}, ${request}, ${duration(took_ms)}`)),
  );
}

/** Whom the service served, as it counts itself. */
export function countsLine({ player, scheduler, gray, loadtest }: TrafficCounts, { dim }: Style): string {
  return dim(
    `the service counts: ${player} requests of players, ${scheduler} of the scheduler (${gray} in lane gray, ${loadtest} of load tests)`,
  );
}

/** The service's own log of a slow run: the traceparent that came in, and what it did. */
export function causeLines(
  entries: readonly LogEntry[],
  address: string,
  { dim, cyan, bold }: Style,
): string[] {
  return [
    '',
    dim('From the TraceId to what the service logged, which has it from the header traceparent:'),
    '',
    cyan(address),
    ...entries.flatMap(({ trace_id, span_id, from, lane, request, took_ms, note = '' }) => [
      `  trace ${trace_id}  span ${span_id}`,
      `  from ${from}, lane ${lane ?? 'stable'}: ${request} took ${duration(took_ms)}`,
      `  ${bold(note)}`,
    ]),
  ];
}
