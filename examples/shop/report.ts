/**
 * What the shop writes to the terminal besides what all examples do. Pure.
 */

import type { Style } from '../../core/terminal-style';
import { type Places, placesLines } from '../support/report';
import { clock } from '../support/terminal';

/** What runs here and where. */
export function heading(places: Places, serviceUrl: string, budgetMs: number, terminal: Style): string[] {
  return [
    '',
    terminal.bold('The shop: a nightly job, here every 5 seconds'),
    '',
    'nightlyJob is a plain Temporal workflow that ticks by a scheduledJob. It calls ServiceApplication,',
    'an HTTP service in a process of its own, over a PostgreSQL. A run usually takes under 1 s; a watcher',
    `(temporal-job-tracing/alerts) tells of one that takes longer than ${budgetMs / 1000} s.`,
    '',
    ...placesLines(places, { name: 'ServiceApplication', url: serviceUrl }, terminal),
  ];
}

/** An operator's release, between the runs. */
export function releaseLine(release: number, { yellow }: Style): string {
  return yellow(`${clock(new Date())}  release ${release} of ServiceApplication is live`);
}

/** An operator's run now, and how to do the same by the Temporal CLI. */
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
    dim('As by the Temporal CLI:'),
    `${temporalCommand} workflow update execute --address ${temporalAddress} --workflow-id ${jobId} --name runNow --input '${input}'`,
  ];
}
