/**
 * The closed runs in the list of jobs. Each job's part is cached until one of its runs changes, so that a
 * list of thousands of jobs needs no query.
 */
import type { SqlDatabase, SqlStatement } from '../sql/port';
import type { InternedStrings } from './interned-strings';
import type { IndexedJob } from './run-index';
import { type BarRow, barOf, type RunRow, summaryOf } from './run-row';

const RECENT_RUNS = 30;
const SUCCESSES = 20;

interface JobIdRow {
  readonly id: number;
  readonly namespace: string;
  readonly name: string;
}

/** Reads the summaries of jobs. Its caller says which jobs have changed. */
export class JobOverview {
  private readonly known = new Map<number, IndexedJob | undefined>();
  private readonly all: SqlStatement;
  private readonly recent: SqlStatement;
  private readonly full: SqlStatement;
  private readonly successes: SqlStatement;

  constructor(
    database: SqlDatabase,
    private readonly strings: InternedStrings,
  ) {
    const ofJob = 'FROM run WHERE job = ? AND listed = 1';
    const newest = 'ORDER BY started DESC, id DESC LIMIT';
    this.all = database.prepare('SELECT id, namespace, name FROM job ORDER BY namespace, name');
    this.recent = database.prepare(
      `SELECT id, run, state, started, duration ${ofJob} ${newest} ${RECENT_RUNS}`,
    );
    this.full = database.prepare(
      'SELECT run.*, job.namespace, job.name AS job FROM run JOIN job ON job.id = run.job WHERE run.id = ?',
    );
    this.successes = database.prepare(`SELECT duration ${ofJob} AND state = ? ${newest} ${SUCCESSES}`);
  }

  jobs(namespaces?: readonly string[]): IndexedJob[] {
    return this.all
      .all<JobIdRow>()
      .filter(({ namespace }) => !namespaces || namespaces.includes(namespace))
      .map(({ id }) => this.job(id))
      .filter((job) => job !== undefined);
  }

  /** Removes the job from the cache. */
  forget(job: number): void {
    this.known.delete(job);
  }

  forgetAll(): void {
    this.known.clear();
  }

  private job(id: number): IndexedJob | undefined {
    if (this.known.has(id)) return this.known.get(id);
    const job = this.read(id);
    this.known.set(id, job);
    return job;
  }

  private read(id: number): IndexedJob | undefined {
    const rows = this.recent.all<BarRow>(id);
    const newest = rows[0] && this.full.get<RunRow>(rows[0].id);
    if (!newest) return undefined;
    const last = summaryOf(newest, this.strings);
    const recent = rows.map((row) => barOf(row, this.strings));
    const sinceSuccess = recent.slice(
      0,
      firstIndex(recent, ({ state }) => state === 'success'),
    );
    return {
      namespace: last.namespace,
      job: last.job,
      last,
      recent,
      successMs: this.successes
        .all<{ duration: number }>(id, this.strings.find('success') ?? 0)
        .map(({ duration }) => duration),
      failingRuns: sinceSuccess.filter(({ state }) => state === 'failure' || state === 'timeout').length,
    };
  }
}

/** Returns the index of the first item that fits; the length if none does. */
function firstIndex<T>(items: readonly T[], fits: (item: T) => boolean): number {
  const index = items.findIndex(fits);
  return index < 0 ? items.length : index;
}
