/**
 * The bank's own output on the terminal. Pure.
 */
import type { JobRun, Shard } from 'temporal-job-tracing/client';
import { duration, type Style } from '../../core/terminal-style';
import { below, type Places, placesLines } from '../support/report';
import { clock } from '../support/terminal';

/** Maximum number of shards that are shown besides the failed ones. */
const OTHERS = 4;

/** Returns the heading: the parts of the example, and their addresses. */
export function heading(places: Places, serviceUrl: string, terminal: Style): string[] {
  return [
    '',
    terminal.bold('The bank: 600 accounts move to a new account service, in 200 shards'),
    '',
    'migrateAccounts is a workflow that calls mapReduce. Each shard is a workflow with its own trace; it calls',
    'AccountService, an HTTP service in a separate process, over a PostgreSQL.',
    '',
    ...placesLines(places, { name: 'AccountService', url: serviceUrl }, terminal),
  ];
}

/** Returns the run, the numbers of its shards by status, and some shards, the failed ones first. */
export function shardLines(run: JobRun, shards: readonly Shard[], terminal: Style): string[] {
  const { bold, dim, cyan } = terminal;
  const byIndex = [...shards].sort((a, b) => a.index - b.index);
  const failed = byIndex.filter(({ error }) => error !== undefined);
  const others = byIndex.filter(({ error }) => error === undefined);
  const counts = ['COMPLETED', 'RUNNING', 'FAILED'].map(
    (status) => `${shards.filter((shard) => shard.status === status).length} ${status.toLowerCase()}`,
  );
  return [
    '',
    bold(`${clock(new Date())}  the run ${run.workflowId} is ${run.status}: ${counts.join(', ')}`),
    `          TraceId ${run.traceId}`,
    ...(run.url === undefined ? [] : [`          ${cyan(run.url)}`]),
    '',
    dim(columns('shard', 'status', 'attempts', 'took', 'label, error, TraceId, trace')),
    ...failed.flatMap((shard) => shardLine(shard, terminal)),
    ...others.slice(0, OTHERS).map((shard) => shardLine(shard, terminal)[0] ?? ''),
    ...(others.length > OTHERS ? [dim(`   … and ${others.length - OTHERS} more`)] : []),
  ];
}

/** Returns a shard, and below it its error, its trace ID and the link to its trace. */
export function shardLine(shard: Shard, { red, cyan }: Style): string[] {
  const { index, status, attempts, durationMs, label, error, traceId, url } = shard;
  const took = durationMs === undefined ? '-' : duration(durationMs);
  const line = columns(String(index), status, String(attempts), took, label);
  const item = error?.item === undefined ? '' : `${error.item}: `;
  return [
    error ? red(line) : line,
    ...(error ? [below(red(item + error.message))] : []),
    below(`TraceId ${traceId}`),
    ...(url === undefined ? [] : [below(cyan(url))]),
  ];
}

/** Returns the command by which the Temporal CLI lists the failed shards. */
export function waysToList(
  run: JobRun,
  { temporalCommand, temporalAddress }: Places,
  { dim }: Style,
): string[] {
  const query = `JobRunId="${run.runId}" AND JobTrigger="shard" AND ExecutionStatus="Failed"`;
  return [
    '',
    dim('The failed shards by the Temporal CLI:'),
    '',
    `${temporalCommand} workflow list --address ${temporalAddress} --query '${query}'`,
    '',
  ];
}

function columns(index: string, status: string, attempts: string, took: string, rest: string): string {
  return [index.padStart(5), status.padEnd(9), attempts.padStart(8), took.padStart(8), rest].join('  ');
}
