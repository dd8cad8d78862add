/**
 * The details of a scheduled job in the Web UI, as Markdown.
 *
 * Sandbox code; pure.
 */
import type { ManualRun, RecentRun, ScheduledJobStatus } from '../core/jobs/messages';
import { plain, type TraceLink } from '../core/run-details';

const READ_RUNS = '`temporal workflow update execute --name status` reads them';

/** Most characters of the spec that are shown. */
const MAX_SPEC_LENGTH = 1_000;

/** Returns the job's spec, its next tick and its runs as Markdown. */
export function jobInWords(status: ScheduledJobStatus, linkTo: TraceLink): string {
  const { job, spec, paused, nextTick, manualRuns, missedTicks, refusals, lastRuns } = status;
  const next = nextTick === undefined ? 'no next tick' : `next tick ${nextTick}`;
  return [
    `**Job ${plain(job)}**: ${paused ? 'paused' : next}${missedTicks.total > 0 ? `, ${missedTicks.total} ticks missed` : ''}`,
    `Spec: ${asCode(JSON.stringify(spec).slice(0, MAX_SPEC_LENGTH))}`,
    `**Last runs**${lastRuns ? `, read at ${lastRuns.readAt}; ${READ_RUNS} anew` : `: not read yet; ${READ_RUNS}`}`,
    ...listOf(lastRuns?.runs ?? [], (run) => recentInWords(run, linkTo)),
    ...(manualRuns.length > 0 ? ['**Manual runs**'] : []),
    ...listOf(manualRuns, (run) => manualInWords(run, linkTo)),
    ...(refusals.length > 0 ? ['**Refused signals**'] : []),
    ...listOf(refusals, ({ at, why }) => `${at}: ${plain(why)}`),
  ].join('\n\n');
}

/**
 * Returns the text as inline code: there the Web UI leaves quotes unchanged, so that the spec can be copied.
 */
function asCode(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

function listOf<T>(items: readonly T[], inWords: (item: T) => string): string[] {
  return items.length === 0 ? [] : [items.map((item) => `- ${inWords(item)}`).join('\n')];
}

function recentInWords(
  { startedAt, trigger, result, durationMs, sampled, traceId }: RecentRun,
  linkTo: TraceLink,
): string {
  const took = durationMs === undefined ? '' : ` in ${(durationMs / 1_000).toFixed(1)} s`;
  return `${startedAt} ${trigger}: **${result}**${took} · ${sampled === false ? 'not sampled' : linkTo(traceId)}`;
}

function manualInWords({ startedAt, reason, startedBy, traceId }: ManualRun, linkTo: TraceLink): string {
  const by = startedBy === undefined ? '' : ` by ${plain(startedBy)}`;
  const why = reason === undefined ? '' : `: ${plain(reason)}`;
  return `${startedAt}${by}${why} · ${linkTo(traceId)}`;
}
