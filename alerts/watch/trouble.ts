/**
 * The jobs with incidents, as far as the watcher can see: which wait for a success, and which alerts are
 * open. Pure.
 *
 * Visibility lags, so for a while the watcher's own signals take precedence over a list.
 */
import type { MessageKind, Signal } from '../grouping';
import type { AlertType } from '../incident/message';
import type { Observation } from '../incident/observation';
import { SUCCESS_ENDS } from '../incident/state';
import type { IncidentMemo } from '../names';
import { runOfKey } from './problem-key';

interface Trouble {
  /** Start of the range of successes to read, in milliseconds since 1970. */
  readonly sinceMs: number;
  readonly signalledMs: number;
  readonly awaitsSuccess: boolean;
  /** Types of the open alerts. */
  readonly open: ReadonlySet<AlertType>;
}

/** Longer than visibility lags, in milliseconds. */
const LAG_MS = 60_000;

export class JobsInTrouble {
  readonly #jobs = new Map<string, Trouble>();

  get size(): number {
    return this.#jobs.size;
  }

  /** Returns the jobs that wait for a success, each with the time from which on to read successes. */
  awaitingSuccess(): readonly (readonly [job: string, sinceMs: number])[] {
    return [...this.#jobs].flatMap(([job, { awaitsSuccess, sinceMs }]) =>
      awaitsSuccess ? [[job, sinceMs]] : [],
    );
  }

  /** Returns the kinds of messages that the job's incident would send after the signal. */
  kindsOf({ subject: { name }, seen }: Signal): readonly MessageKind[] {
    const open = this.#jobs.get(name)?.open;
    return seen.flatMap((one) => kindsOf(one, (type) => open?.has(type) ?? false));
  }

  /** Records a signal that was sent. */
  signalled({ subject, seen }: Signal, nowMs: number): void {
    if (subject.kind !== 'job') return;
    const job = subject.name;
    const known = this.#jobs.get(job);
    const open = new Set(known?.open);
    let sinceMs = known?.sinceMs ?? Number.POSITIVE_INFINITY;
    let awaitsSuccess = known?.awaitsSuccess ?? false;
    for (const one of seen) {
      if (one.kind === 'succeeded') {
        for (const type of SUCCESS_ENDS) open.delete(type);
        sinceMs = Math.max(sinceMs === Number.POSITIVE_INFINITY ? 0 : sinceMs, one.atMs);
        continue;
      }
      const type = beginningOf(one);
      if (type === undefined) continue;
      open.add(type);
      awaitsSuccess ||= SUCCESS_ENDS.includes(type);
      sinceMs = Math.min(sinceMs, one.atMs);
    }
    this.#jobs.set(job, { sinceMs, signalledMs: nowMs, awaitsSuccess, open });
  }

  /** Records a list of incidents. */
  listed(memos: readonly IncidentMemo[], nowMs: number): void {
    const listed = new Map(memos.map((memo) => [memo.subject, memo]));
    for (const [job, { signalledMs }] of this.#jobs)
      if (!listed.has(job) && nowMs - signalledMs > LAG_MS) this.#jobs.delete(job);
    for (const [job, memo] of listed) {
      const known = this.#jobs.get(job);
      if (known && nowMs - known.signalledMs <= LAG_MS) continue;
      const times = memo.open.map(({ since }) => Date.parse(since));
      this.#jobs.set(job, {
        sinceMs: known?.sinceMs ?? Math.min(nowMs, ...times),
        signalledMs: Number.NEGATIVE_INFINITY,
        awaitsSuccess: memo.awaitsSuccess,
        open: new Set(memo.open.map(({ type }) => type as AlertType)),
      });
    }
  }
}

function kindsOf(one: Observation, isOpen: (type: AlertType) => boolean): readonly MessageKind[] {
  switch (one.kind) {
    case 'failed':
    case 'failing': {
      const type = `job.${one.kind}` as const;
      return isOpen(type) ? [] : [{ type, state: 'open' }];
    }
    case 'succeeded': {
      const isRecovery = isOpen('job.failed') || isOpen('job.failing');
      const types = [isRecovery ? 'job.recovered' : [], isOpen('job.overdue') ? 'job.overdue' : []] as const;
      return types.flat().map((type) => ({ type, state: 'resolved' }));
    }
    // Each run is observed once, whether another one of the job is in trouble or not.
    case 'raised':
      return [{ type: one.type, state: one.endedMs === undefined ? 'open' : 'resolved' }];
    case 'cleared': {
      const problem = runOfKey(one.key);
      return problem === undefined ? [] : [{ type: problem.type, state: 'resolved' }];
    }
    case 'unsilenced':
    case 'test':
      return [];
  }
}

/** Returns the type of the alert that the observation opens; `undefined` if it opens none. */
function beginningOf(one: Observation): AlertType | undefined {
  if (one.kind === 'raised') return one.endedMs === undefined ? one.type : undefined;
  return one.kind === 'failed' || one.kind === 'failing' ? `job.${one.kind}` : undefined;
}
