/**
 * Silences hold back new alerts about jobs that match a pattern, for a limited time. Resolutions of alerts
 * that were sent before are still sent.
 *
 * Sandbox code; pure.
 */
import { A_PATTERN, fitsPattern, isPattern } from '../core/job-pattern';
import { type DurationText, durationMs, expectedDuration } from '../core/util/duration';

/** A request for a silence: the input of the signal `silence`. */
export interface SilenceRequest {
  /** Job name or pattern; `*` stands for any number of characters. */
  readonly job: string;
  /** Duration, such as `'2 hours'`, up to 35 days; `0` ends the silence for the same name or pattern. */
  readonly for: DurationText | 0;
  readonly reason?: string;
}

/** An active silence. */
export interface Silence {
  readonly job: string;
  readonly untilMs: number;
  readonly reason: string;
}

const MAX_MS = 35 * 24 * 60 * 60 * 1_000;
const A_DURATION = 'a duration such as "2 hours", up to 35 days, or 0 to end the silence';
const MAX_SILENCES = 100;
const MAX_REASON_LENGTH = 500;

/**
 * Returns the active silences after a request; it replaces an earlier one for the same name or pattern.
 *
 * @returns a string with the problem if the request is invalid
 */
export function addSilence(
  silences: readonly Silence[],
  request: unknown,
  nowMs: number,
): readonly Silence[] | string {
  const {
    job,
    for: duration,
    reason = '',
  } = (request ?? {}) as Partial<Record<keyof SilenceRequest, unknown>>;
  if (!isPattern(job)) return `job: expected ${A_PATTERN}, got ${shown(job)}`;
  if (typeof reason !== 'string') return `reason: expected a string, got ${shown(reason)}`;
  const ms = duration === 0 ? 0 : (durationMs(duration) ?? Number.NaN);
  if (!(ms >= 0 && ms <= MAX_MS))
    return `for: expected ${expectedDuration(duration, A_DURATION)}, got ${shown(duration)}`;
  const others = silences.filter((one) => one.untilMs > nowMs && one.job !== job);
  if (ms === 0) return others;
  if (others.length >= MAX_SILENCES) return `expected at most ${MAX_SILENCES} silences at a time`;
  return [...others, { job, untilMs: nowMs + ms, reason: reason.slice(0, MAX_REASON_LENGTH) }];
}

/** Returns the silence that applies to the job, the one that ends last; `undefined` if there is none. */
export function silenceOf(silences: readonly Silence[], job: string, nowMs: number): Silence | undefined {
  const holding = silences.filter(
    ({ untilMs, job: pattern }) => untilMs > nowMs && fitsPattern(pattern, job),
  );
  return holding.sort((a, b) => b.untilMs - a.untilMs)[0];
}

/** Returns the silences that were ended or shortened by a later request. */
export function endedEarly(
  before: readonly Silence[],
  after: readonly Silence[],
  nowMs: number,
): readonly Silence[] {
  return before.filter(
    ({ job, untilMs }) => untilMs > nowMs && !after.some((one) => one.job === job && one.untilMs >= untilMs),
  );
}

/** Returns the silences in a memo; invalid ones are left out. Never throws. */
export function readSilences(value: unknown): readonly Silence[] {
  const isSilence = (one: unknown): one is Silence => {
    const { job, untilMs, reason } = (one ?? {}) as Partial<Record<keyof Silence, unknown>>;
    return typeof job === 'string' && typeof untilMs === 'number' && typeof reason === 'string';
  };
  return Array.isArray(value) ? value.filter(isSilence) : [];
}

function shown(value: unknown): string {
  return `${JSON.stringify(value) ?? value} (${typeof value})`;
}
