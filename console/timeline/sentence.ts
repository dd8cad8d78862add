/**
 * The sentence that compares a run's duration with the usual one and names what makes the difference, with
 * the table behind it. Pure.
 */
import { BASIS, nearestMedian, negligibleMs, type Usual, usualOf } from '../../core/usual';
import type { PathRow, RunState, Sentence, SentencePart, SentenceState } from '../types';
import { type Comparison, compare, type PathDifference } from './compare';
import { countText, durationText, percentText, plural } from './durations';
import type { Item } from './item';
import { type MeasuredRun, type Profile, pathKey, RETRIES, serviceAndOperation, WAITING } from './profile';

/** Number of runs to compare with: those nearest the median. */
const USUAL_RUNS = 5;
const MAX_TABLE = 100;
/** Smallest share of the difference for which a path is named alone. */
const MAIN_SHARE = 0.5;
/** Most paths that are named for a mixed difference. */
const MAX_MIXED = 3;
/** Factor by which the number of calls must differ to be shown. */
const CALLS_FACTOR = 1.5;
/** A shard is slow if it takes more than this many times the longest usual one. */
const SLOW_SHARD_FACTOR = 1.25;

/** A successful run that the sentence may compare with. */
export interface UsualRun {
  readonly runId: string;
  /** Milliseconds from the due time to the end. */
  readonly totalMs: number;
}

/**
 * Selects the runs to compare with: of the last successful ones, those nearest the median; none if there are
 * too few.
 */
export function runsToCompare(lastSuccessful: readonly UsualRun[]): {
  readonly usual: Usual | undefined;
  readonly runs: readonly UsualRun[];
} {
  const counted = lastSuccessful.filter(({ totalMs }) => totalMs >= 0).slice(0, BASIS.sentence.last);
  const usual = usualOf(
    counted.map(({ totalMs }) => totalMs),
    BASIS.sentence,
  );
  return { usual, runs: usual ? nearestMedian(counted, ({ totalMs }) => totalMs, USUAL_RUNS) : [] };
}

export interface SentenceInput {
  readonly measured: MeasuredRun;
  /** State of the run; one that did not succeed may have ended before all of its work. */
  readonly state: RunState;
  /** Whether the run has begun; a waiting cron tick has not. @default true */
  readonly hasBegun?: boolean;
  /** Whether the run is compared; shards and children are not. @default true */
  readonly isCompared?: boolean;
  /** Statistics of the last successful runs; `undefined` if there are too few. */
  readonly usual: Usual | undefined;
  /** Number of known successful runs. */
  readonly successfulRuns: number;
  readonly profiles: readonly { readonly runId: string; readonly profile: Profile }[];
  /** Whether an item is a shard of the MapReduce run. */
  readonly isShard?: (item: Item) => boolean;
}

export function sentenceOf(input: SentenceInput): Sentence {
  const { measured, usual, profiles, state } = input;
  const { profile } = measured;
  const { totalMs } = profile;
  const [first] = profiles;
  if (!usual || !first) return tooFew(input);
  const comparison = compare(
    profile,
    profiles.map((each) => each.profile),
  );
  const differenceMs = totalMs - comparison.usualMs;
  // A run that did not succeed, or not yet, may be short because it has not done all of its work.
  const isShorter = differenceMs < 0;
  const isDifferent =
    Math.abs(differenceMs) > negligibleMs(usual, differenceMs) && !(isShorter && state !== 'success');
  const usualText = durationText(comparison.usualMs);
  const head = hasNotSucceeded(state)
    ? `${lengthText(input)}; successful runs usually take ${usualText}.`
    : `${lengthText(input)}, usually ${usualText}.`;
  const why = isDifferent ? causes(input, comparison) : [];
  const parts: SentencePart[] = [{ text: head }, ...why];
  return {
    state: sentenceState(state, isDifferent),
    text: parts.map(({ text }) => text).join(''),
    parts,
    totalMs,
    usualMs: comparison.usualMs,
    comparedWith: profiles.map(({ runId }) => runId),
    table: comparison.paths.slice(0, MAX_TABLE).map((path) => rowOf(path, measured)),
    from: comparison.from,
  };
}

function sentenceState(state: RunState, isDifferent: boolean): SentenceState {
  if (state === 'running') return 'running';
  if (isDifferent) return 'different';
  return state === 'success' ? 'usual' : 'unsuccessful';
}

/** Whether the run has ended without success. */
function hasNotSucceeded(state: RunState): boolean {
  return state !== 'running' && state !== 'success';
}

function tooFew(input: SentenceInput): Sentence {
  const { totalMs, from } = input.measured.profile;
  const text = `${lengthText(input)}.${input.isCompared === false ? '' : whyTooFew(input.successfulRuns)}`;
  const state = input.state === 'running' ? 'running' : 'too-few';
  return { state, text, parts: [{ text }], totalMs, comparedWith: [], table: [], from };
}

function whyTooFew(runs: number): string {
  const { atLeast } = BASIS.sentence;
  if (runs >= atLeast) return ' The histories of the runs to compare with could not be read.';
  const known = runs === 0 ? 'No successful run' : `Only ${plural(runs, 'successful run')}`;
  return (
    ` ${known} to compare with, and ${atLeast} are needed: keep the console running, ` +
    'or raise the retention of the namespace.'
  );
}

/** How a run ended, by its state. */
const ENDINGS: Readonly<Record<RunState, string>> = {
  running: 'Running for',
  success: '',
  failure: 'Failed after',
  timeout: 'Timed out after',
  cancellation: 'Cancelled after',
  termination: 'Terminated after',
  continued: 'Continued as new after',
  unknown: 'Ended, with an unknown result, after',
};

function lengthText({ measured, state, hasBegun = true }: SentenceInput): string {
  if (!hasBegun) return 'Not started yet';
  return `${ENDINGS[state]} ${durationText(measured.profile.totalMs)}`.trimStart();
}

/** Names what makes the difference: one path, or several. */
function causes(input: SentenceInput, comparison: Comparison): SentencePart[] {
  const { measured, state } = input;
  const present = comparison.paths.filter(({ isGone }) => !isGone);
  const [main, ...others] = [...present].sort((a, b) => b.share - a.share);
  if (!main) return [];
  const parts: SentencePart[] = [];
  if (main.share >= MAIN_SHARE) {
    const share = main.share > 1 ? 'More than all' : percentText(main.share);
    parts.push({ text: ` ${share} of the difference: ` }, ...named(main, measured, true), {
      text: ` (${figures(main)})${shardsText(main, input)}`,
    });
  } else {
    parts.push({ text: ' The difference is mixed: ' });
    const mixed = [main, ...others].filter(({ share }) => share > 0).slice(0, MAX_MIXED);
    for (const [index, path] of mixed.entries()) {
      if (index > 0) parts.push({ text: ', ' });
      parts.push(...named(path, measured, false), { text: ` ${percentText(path.share)}` });
    }
  }
  parts.push({ text: '.' });
  // Other runs may not have reached what is missing.
  if (state === 'success') parts.push(...goneParts(comparison));
  return parts;
}

/** Names a path's last element, with its service and a link to its row. */
function named({ path }: PathDifference, { itemsOf }: MeasuredRun, isLong: boolean): SentencePart[] {
  const last = path.at(-1) ?? '';
  if (last === WAITING) return [{ text: 'waiting for a worker' }];
  if (last === RETRIES) return [{ text: 'retries: failed attempts and back-off' }];
  const { service, operation } = serviceAndOperation(last);
  const row = longest(itemsOf.get(pathKey(path)))?.id;
  const name: SentencePart = { text: operation, as: 'operation', ...(row !== undefined && { row }) };
  if (path.length === 1) return [name, { text: ' itself' }];
  return service === undefined || !isLong ? [name] : [name, { text: ` in ${service}` }];
}

/** Formats times as `14.9 s, usually 3.8 s`, with the calls if their number differs. */
function figures({ nowMs, usualMs, calls, usualCalls, isNew, path }: PathDifference): string {
  const time = durationText(nowMs);
  if (isNew) return calls > 1 ? `${time} in ${plural(calls, 'call')}, new` : `${time}, new`;
  const isOneOfAKind = path.length === 1;
  const isMore = calls > usualCalls * CALLS_FACTOR || calls * CALLS_FACTOR < usualCalls;
  const callsText =
    isMore && !isOneOfAKind ? `${countText(calls)} calls, usually ${countText(usualCalls)}; ` : '';
  return `${callsText}${time}, usually ${durationText(usualMs)}`;
}

/** Returns how many shards of a MapReduce run were slow. */
function shardsText({ path, usualLongestMs }: PathDifference, { measured, isShard }: SentenceInput): string {
  const shards = (measured.itemsOf.get(pathKey(path)) ?? []).filter((item) => isShard?.(item));
  if (shards.length === 0 || usualLongestMs === 0) return '';
  const slow = shards.filter(({ startMs, endMs }) => endMs - startMs > usualLongestMs * SLOW_SHARD_FACTOR);
  return slow.length === 0
    ? ''
    : `: ${countText(slow.length)} of ${plural(shards.length, 'shard')} slower than usual`;
}

/** Names paths that all usual runs have, but this one does not. */
function goneParts({ paths }: Comparison): SentencePart[] {
  const gone = paths.filter(({ isGone }) => isGone);
  // If a path is missing, those below it are missing too.
  const top = gone.filter(
    ({ path }) => !gone.some((other) => other.path.length < path.length && isPrefix(other.path, path)),
  );
  const [first] = top;
  if (!first) return [];
  const { service, operation } = serviceAndOperation(first.path.at(-1) ?? '');
  const more = top.length > 1 ? ` and ${countText(top.length - 1)} more` : '';
  return [
    { text: ' Missing from this run: ' },
    { text: operation, as: 'operation' },
    {
      text: `${service === undefined ? '' : ` in ${service}`} (usually ${durationText(first.usualMs)})${more}.`,
    },
  ];
}

function isPrefix(prefix: readonly string[], path: readonly string[]): boolean {
  return prefix.every((element, index) => element === path[index]);
}

function longest(items: readonly Item[] | undefined): Item | undefined {
  return items?.reduce((a, b) => (b.endMs - b.startMs > a.endMs - a.startMs ? b : a));
}

const SPECIAL: ReadonlyMap<string, string> = new Map([
  [WAITING, 'waiting for a worker'],
  [RETRIES, 'retries'],
]);

function rowOf(difference: PathDifference, { itemsOf }: MeasuredRun): PathRow {
  const { usualLongestMs: _, path, ...numbers } = difference;
  const last = path.at(-1) ?? '';
  const special = SPECIAL.get(last);
  const row = longest(itemsOf.get(pathKey(path)))?.id;
  return {
    ...(special === undefined ? serviceAndOperation(last) : { operation: special }),
    path: path.map((element) => SPECIAL.get(element) ?? serviceAndOperation(element).operation),
    ...numbers,
    ...(row !== undefined && { row }),
  };
}
