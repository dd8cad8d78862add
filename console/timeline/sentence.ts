/**
 * The sentence about a run: how long, how long usually, and what makes the difference; with the table behind it. Pure.
 */
import { BASIS, nearestMedian, negligibleMs, type Usual, usualOf } from '../../core/usual';
import type { PathRow, Sentence, SentencePart } from '../api/types';
import { type Comparison, compare, type PathDifference } from './compare';
import { countText, durationText, percentText, plural } from './durations';
import type { Item } from './item';
import { type MeasuredRun, type Profile, pathKey, RETRIES, serviceAndOperation, WAITING } from './profile';

/** Runs whose mean is usual: those nearest the median. */
const USUAL_RUNS = 5;
const MAX_TABLE = 100;
/** A path with at least this share of the difference is named alone. */
const MAIN_SHARE = 0.5;
/** Paths of a mixed difference that are named. */
const MAX_MIXED = 3;
/** Calls are told when there are this many times more or fewer. */
const CALLS_FACTOR = 1.5;
/** A shard is slow from this many times the longest usual one. */
const SLOW_SHARD_FACTOR = 1.25;

/** A successful run that the sentence may compare with. */
export interface UsualRun {
  readonly runId: string;
  /** From due to end. */
  readonly totalMs: number;
}

/** The runs that are read for the sentence: of the last successful ones those nearest the median; none for too few. */
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
  readonly isRunning: boolean;
  /** A run that failed ended early or late for that reason. */
  readonly hasFailed: boolean;
  /** Whether it is compared at all: shards and children are not. @default true */
  readonly isCompared?: boolean;
  /** Of the last successful runs; `undefined` for too few. */
  readonly usual: Usual | undefined;
  /** How many successful runs are known. */
  readonly successfulRuns: number;
  readonly profiles: readonly { readonly runId: string; readonly profile: Profile }[];
  /** Shards that the timeline has, of all; for a MapReduce run. */
  readonly isShard?: (item: Item) => boolean;
}

export function sentenceOf(input: SentenceInput): Sentence {
  const { measured, usual, profiles, isRunning } = input;
  const { profile } = measured;
  const { totalMs } = profile;
  const [first] = profiles;
  if (!usual || !first) return tooFew(input);
  const comparison = compare(
    profile,
    profiles.map((each) => each.profile),
  );
  const differenceMs = totalMs - comparison.usualMs;
  const isDifferent =
    Math.abs(differenceMs) > negligibleMs(usual, differenceMs) && !(isRunning && differenceMs < 0);
  const head = `${lengthText(input)}, usually ${durationText(comparison.usualMs)}.`;
  const why = isDifferent ? causes(input, comparison) : [];
  const parts: SentencePart[] = [{ text: head }, ...why];
  const state = isDifferent ? 'different' : 'usual';
  return {
    state: isRunning ? 'running' : state,
    text: parts.map(({ text }) => text).join(''),
    parts,
    totalMs,
    usualMs: comparison.usualMs,
    comparedWith: profiles.map(({ runId }) => runId),
    table: comparison.paths.slice(0, MAX_TABLE).map((path) => rowOf(path, measured)),
    from: comparison.from,
  };
}

function tooFew(input: SentenceInput): Sentence {
  const { totalMs, from } = input.measured.profile;
  const text = `${lengthText(input)}.${input.isCompared === false ? '' : whyTooFew(input.successfulRuns)}`;
  const state = input.isRunning ? 'running' : 'too-few';
  return { state, text, parts: [{ text }], totalMs, comparedWith: [], table: [], from };
}

function whyTooFew(runs: number): string {
  const { atLeast } = BASIS.sentence;
  if (runs >= atLeast) return ' The histories of the runs to compare with could not be read.';
  const known = runs === 0 ? 'no successful run' : `only ${plural(runs, 'successful run')}`;
  return (
    ` To compare with there ${runs > 1 ? 'are' : 'is'} ${known}, and ${atLeast} are needed: keep the console running, ` +
    'or raise the retention of the namespace.'
  );
}

function lengthText({ measured, isRunning, hasFailed }: SentenceInput): string {
  const length = durationText(measured.profile.totalMs);
  if (isRunning) return `Running for ${length}`;
  return hasFailed ? `Failed after ${length}` : length;
}

/** What makes the difference: one path, or a mixture. */
function causes(input: SentenceInput, comparison: Comparison): SentencePart[] {
  const { measured, isRunning } = input;
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
  if (!isRunning) parts.push(...goneParts(comparison));
  return parts;
}

/** The name of a path's last element, and where it is. */
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

/** `14.9 s, usually 3.8 s`, with the calls where their number differs. */
function figures({ nowMs, usualMs, calls, usualCalls, isNew, path }: PathDifference): string {
  const time = durationText(nowMs);
  if (isNew) return calls > 1 ? `${time} in ${plural(calls, 'call')}, new` : `${time}, new`;
  const isOneOfAKind = path.length === 1;
  const isMore = calls > usualCalls * CALLS_FACTOR || calls * CALLS_FACTOR < usualCalls;
  const told = isMore && !isOneOfAKind ? `${countText(calls)} calls, usually ${countText(usualCalls)}; ` : '';
  return `${told}${time}, usually ${durationText(usualMs)}`;
}

/** Of a MapReduce run: how many of its shards were slow. */
function shardsText({ path, usualLongestMs }: PathDifference, { measured, isShard }: SentenceInput): string {
  const shards = (measured.itemsOf.get(pathKey(path)) ?? []).filter((item) => isShard?.(item));
  if (shards.length === 0 || usualLongestMs === 0) return '';
  const slow = shards.filter(({ startMs, endMs }) => endMs - startMs > usualLongestMs * SLOW_SHARD_FACTOR);
  return slow.length === 0
    ? ''
    : `: ${countText(slow.length)} of ${plural(shards.length, 'shard')} slower than usual`;
}

/** What was in all usual runs and is not in this one. */
function goneParts({ paths }: Comparison): SentencePart[] {
  const gone = paths.filter(({ isGone }) => isGone);
  // Of a path that is gone, those below it are gone as well.
  const top = gone.filter(
    ({ path }) => !gone.some((other) => other.path.length < path.length && isPrefix(other.path, path)),
  );
  const [first] = top;
  if (!first) return [];
  const { service, operation } = serviceAndOperation(first.path.at(-1) ?? '');
  const more = top.length > 1 ? ` and ${countText(top.length - 1)} more` : '';
  return [
    { text: ' Missing in this run: ' },
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
