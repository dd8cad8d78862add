/**
 * The shop's own output on the terminal. Pure.
 */

import type { Style } from '../../core/terminal-style';
import { type Places, placesLines, runTitles } from '../support/report';
import { clock } from '../support/terminal';

/** Returns the heading: the parts of the example, and their addresses. */
export function heading(places: Places, serviceUrl: string, budgetMs: number, terminal: Style): string[] {
  return [
    '',
    terminal.bold('The shop: a nightly job, here every 5 seconds'),
    '',
    'nightlyJob is a plain Temporal workflow, run by a scheduledJob. It calls ServiceApplication, an HTTP',
    'service in a separate process, over a PostgreSQL. A run usually takes under 1 s; a watcher',
    `(temporal-job-tracing/alerts) sends an alert about one that takes longer than ${budgetMs / 1000} s.`,
    '',
    ...placesLines(places, { name: 'ServiceApplication', url: serviceUrl }, terminal),
    ...runTitles(terminal),
  ];
}

/** Returns the line about an operator's release. */
export function releaseLine(release: number, { yellow }: Style): string {
  return yellow(`${clock(new Date())}  release ${release} of ServiceApplication is live`);
}

/** Returns the lines about an operator's manual run, with the command of the Temporal CLI for the same. */
export function runNowLines(
  jobId: string,
  reason: string,
  traceId: string,
  { temporalAddress, temporalCommand }: Places,
  { yellow, dim }: Style,
): string[] {
  const input = JSON.stringify({ reason });
  return [
    yellow(`${clock(new Date())}  runNow, because ${reason}  TraceId ${traceId}`),
    dim('The same by the Temporal CLI:'),
    `${temporalCommand} workflow update execute --address ${temporalAddress} --workflow-id ${jobId} --name runNow --input '${input}'`,
  ];
}
