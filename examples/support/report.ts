/**
 * Output of all examples on the terminal. Pure; lines have at most 100 columns if the values allow it.
 */

import type { AlertPayload } from 'temporal-job-tracing/alerts';
import type { JobRun } from 'temporal-job-tracing/client';
import { duration, type Style } from '../../core/terminal-style';
import { clock } from './terminal';

/** Addresses of the parts of an example. */
export interface Places {
  readonly temporalAddress: string;
  /** Whether the example has started the Temporal server itself. */
  readonly hasOwnServer: boolean;
  /** Address of the Web UI; `undefined` if it is not known. */
  readonly uiUrl: string | undefined;
  /** Command by which the user can call the Temporal CLI. */
  readonly temporalCommand: string;
  /** Base URL of the OTLP/HTTP receiver of spans. */
  readonly otlpUrl: string;
  /** Whether the receiver is the example's own console. */
  readonly hasOwnConsole: boolean;
  /** Template of a trace's address; `undefined` if it is not known. */
  readonly traceUrl: string | undefined;
}

const SAMPLED: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };
const LABEL_COLUMNS = 20;

/** Returns the address of the console, for the first lines. */
export function consoleLines(url: string, { bold, cyan, dim }: Style): string[] {
  return ['', `${bold('Console')}  ${cyan(url)}  ${dim('jobs, runs and traces as pages, live')}`];
}

/** Returns the addresses, including that of the example's service. */
export function placesLines(
  places: Places,
  service: { readonly name: string; readonly url: string },
  { dim }: Style,
): string[] {
  const { temporalAddress, uiUrl, otlpUrl, traceUrl, hasOwnConsole } = places;
  const line = (label: string, value: string) => `  ${label.padEnd(LABEL_COLUMNS)}${value}`;
  return [
    line('Temporal server', temporalAddress),
    line('Temporal Web UI', uiUrl ?? 'not known; set TEMPORAL_UI_URL'),
    line(service.name, service.url),
    line('spans go to', otlpUrl),
    ...(hasOwnConsole
      ? [dim(line('', 'the console; OTEL_EXPORTER_OTLP_ENDPOINT names another receiver'))]
      : []),
    ...(traceUrl === undefined
      ? [dim(line('', 'TRACE_URL, with {traceId} in it, makes links to traces'))]
      : []),
    '',
    'Ctrl-C stops everything.',
  ];
}

/** Returns the column titles of {@link runLines}. */
export function runTitles({ dim }: Style): string[] {
  return ['', dim(columns('ended', 'took', 'trigger', 'sampled', 'TraceId, trace'))];
}

/** Returns the line of a run that has ended, and below it the link to its trace. */
export function runLines(run: JobRun, { red, cyan }: Style): string[] {
  const hasSucceeded = run.status === 'COMPLETED';
  const line = columns(
    clock(run.closeTime ?? new Date()),
    duration(run.durationMs ?? 0),
    run.trigger ?? 'unbound',
    SAMPLED[String(run.sampled)] ?? '-',
    run.traceId,
  );
  const link = run.url === undefined ? [] : [below(cyan(run.url))];
  return [hasSucceeded ? line : red(`${line} ${run.status}`), ...link];
}

/** Returns a line that is aligned with a run's TraceId. */
export function below(text: string): string {
  return columns('', '', '', '', text);
}

/** Returns an alert with its run and a link; for a later message about the same run, one line that it is over. */
export function alertLines({ data }: AlertPayload, isFirst: boolean, { bold, red, cyan }: Style): string[] {
  const { text, run, links } = data;
  if (!isFirst) return [`${bold('OVER')}   ${text}`];
  const where = links?.run ?? links?.trace;
  return [
    '',
    `${bold(red('ALERT'))}  ${bold(text)}`,
    ...(run === undefined ? [] : [`       TraceId ${run.traceId}`]),
    ...(where === undefined ? [] : [`       ${cyan(where)}`]),
    '',
  ];
}

/** Returns the command and the page that find a run by its TraceId. */
export function waysToFind(traceId: string, places: Places, { dim, cyan }: Style): string[] {
  const query = `TraceId="${traceId}"`;
  const { uiUrl, temporalAddress, temporalCommand } = places;
  const page = `${uiUrl}/namespaces/default/workflows?query=${encodeURIComponent(query)}`;
  return [
    '',
    dim('From the TraceId to the run, by the Temporal CLI and in the Web UI:'),
    '',
    `${temporalCommand} workflow list --address ${temporalAddress} --query '${query}'`,
    ...(uiUrl === undefined ? [] : [cyan(page)]),
    '',
  ];
}

function columns(ended: string, took: string, trigger: string, sampled: string, rest: string): string {
  return [ended.padEnd(8), took.padStart(7), trigger.padEnd(8), sampled.padEnd(7), rest].join('  ');
}
