/**
 * The game's own output on the terminal. Pure.
 */

import { duration, type Style } from '../../core/terminal-style';
import { below, type Places, placesLines, runTitles } from '../support/report';
import type { LogEntry, TrafficCounts } from './operator';
import type { GameService } from './service-process';

/** Returns the heading: the parts of the example, and their addresses. */
export function heading(places: Places, service: GameService, budgetMs: number, terminal: Style): string[] {
  return [
    '',
    terminal.bold("The game: jobs that call a service without an SDK, between its players' requests"),
    '',
    `season-close and load-test are scheduled jobs of httpJob. They call a service in ${service.language} that uses`,
    'neither Temporal nor OpenTelemetry, while players use it, too. Half of the runs of season-close call its',
    `new release, in the lane gray. A run usually takes under ${budgetMs / 1000} s; a watcher`,
    '(temporal-job-tracing/alerts) sends an alert about one that takes longer.',
    '',
    ...placesLines(places, { name: 'game', url: service.url }, terminal),
    ...runTitles(terminal),
  ];
}

/** Returns the service's log of a run, for the lines below the run's. */
export function loggedLines(entries: readonly LogEntry[], { dim }: Style): string[] {
  return entries.map(({ lane = 'stable', loadtest, request, took_ms }) =>
    below(dim(`served: ${loadtest ? 'load test' : `lane ${lane}`}, ${request}, ${duration(took_ms)}`)),
  );
}

/** Returns the service's own counts. */
export function countsLine({ player, scheduler, gray, loadtest }: TrafficCounts, { dim }: Style): string {
  return dim(
    `the service counts: ${player} requests of players, ${scheduler} of the scheduler (${gray} in lane gray, ${loadtest} of load tests)`,
  );
}

/** Returns the service's own log of a slow run: the received `traceparent`, and the cause. */
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
