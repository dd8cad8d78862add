/**
 * Summaries of closed runs in `index.db`. Synchronous, for the store's thread.
 */
import type { SqlDatabase, SqlStatement, SqlValue } from '../sql/port';
import { InternedStrings } from './interned-strings';
import { JobOverview } from './job-overview';
import type { ClosedState, FillCursor, IndexedJob, RunPageOf, RunQuery, RunSummary } from './run-index';
import { isUuid, RUN_COLUMNS, type RunRow, runBytes, runParameters, summaryOf, traceBytes } from './run-row';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const CURSOR = /^(-?[0-9.e+]+):(\d+)$/;
const FROM_RUN = 'SELECT run.*, job.namespace, job.name AS job FROM run JOIN job ON job.id = run.job';
const NEWEST_FIRST = 'ORDER BY started DESC, run.id DESC';
/**
 * Columns that visibility does not have. They come from a run's history or its absence, and are kept when
 * visibility lists the run again.
 */
const NOT_VISIBLE: ReadonlySet<string> = new Set([
  'waited',
  'starter',
  'reason',
  'attempt',
  'error',
  'forgotten',
]);
/** States of runs whose traces are kept longer. */
const FAILED: readonly ClosedState[] = ['failure', 'timeout', 'termination'];

type JobKey = Pick<RunSummary, 'namespace' | 'job'>;

/** Puts, finds and removes the summaries. */
export class RunStore {
  readonly strings: InternedStrings;
  readonly overview: JobOverview;
  private readonly jobIds = new Map<string, number>();
  private readonly statements = new Map<string, SqlStatement>();

  constructor(private readonly database: SqlDatabase) {
    this.strings = new InternedStrings(database);
    this.overview = new JobOverview(database, this.strings);
  }

  addRuns(runs: readonly RunSummary[], fill?: { namespace: string; cursor: FillCursor }): void {
    const columns = RUN_COLUMNS.split(', ');
    const changes = columns.map((name) => {
      if (NOT_VISIBLE.has(name)) return `${name} = coalesce(excluded.${name}, run.${name})`;
      // Its history shows that a failed run was retried.
      if (name === 'listed') return 'listed = min(excluded.listed, run.listed)';
      return `${name} = excluded.${name}`;
    });
    const insert = this.prepared(
      `INSERT INTO run (${RUN_COLUMNS}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (run) DO UPDATE SET ${changes.join(', ')}`,
    );
    this.changed(() => {
      for (const run of runs) {
        const job = this.jobId(run, true) as number;
        insert.run(...runParameters(run, job, this.strings));
        this.overview.forget(job);
      }
      if (fill) this.putFill(fill.namespace, fill.cursor);
    });
  }

  fillCursor(namespace: string): FillCursor | undefined {
    // Incomplete rows are of a version that stored an unfinished first fill.
    const row = this.prepared('SELECT since, until FROM fill WHERE namespace = ? AND complete = 1').get<{
      since: number;
      until: number;
    }>(namespace);
    return row && { fromAt: row.since, untilAt: row.until };
  }

  jobs(namespaces?: readonly string[]): IndexedJob[] {
    return this.overview.jobs(namespaces);
  }

  runs(query: RunQuery): RunPageOf {
    const job = this.jobId(query);
    if (job === undefined) return { runs: [] };
    const conditions = ['run.job = ?', 'listed = 1'];
    const parameters: SqlValue[] = [job];
    const where = (condition: string, ...values: readonly SqlValue[]) => {
      conditions.push(condition);
      parameters.push(...values);
    };
    const isOneOf = (column: string, texts: readonly string[]) => {
      // Id 0 stands for a text that no row has.
      const ids = texts.map((text) => this.strings.find(text) ?? 0);
      where(`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(ids));
    };
    if (query.states) isOneOf('state', query.states);
    if (query.triggers) isOneOf('trigger', query.triggers);
    if (query.minMs !== undefined) where('duration >= ?', query.minMs);
    if (query.maxMs !== undefined) where('duration <= ?', query.maxMs);
    if (query.q) {
      const text = query.q.toLowerCase();
      const holds = (column: string) => `instr(lower(coalesce(${column}, '')), ?) > 0`;
      where(`(${holds('workflow')} OR ${holds('reason')} OR ${holds('error')})`, text, text, text);
    }
    const [, started, id] = CURSOR.exec(query.cursor ?? '') ?? [];
    if (started !== undefined && id !== undefined)
      where('(started, run.id) < (?, ?)', Number(started), Number(id));
    const limit = Math.min(query.limit ?? DEFAULT_LIMIT, MAX_LIMIT);
    // One row more than the limit shows whether there is a next page.
    const rows = this.prepared(
      `${FROM_RUN} WHERE ${conditions.join(' AND ')} ${NEWEST_FIRST} LIMIT ?`,
    ).all<RunRow>(...parameters, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const runs = page.map((row) => summaryOf(row, this.strings));
    return last && rows.length > limit ? { runs, cursor: `${last.started}:${last.id}` } : { runs };
  }

  run(runId: string): RunSummary | undefined {
    return this.some('WHERE run = ? LIMIT 1', runBytes(runId))[0];
  }

  runsOfTrace(traceId: string): RunSummary[] {
    return this.some(`WHERE trace = ? ${NEWEST_FIRST} LIMIT 20`, traceBytes(traceId));
  }

  runsOfWorkflow(namespace: string, workflowId: string): RunSummary[] {
    return this.some(`WHERE workflow = ? AND namespace = ? ${NEWEST_FIRST} LIMIT 100`, workflowId, namespace);
  }

  neighbours(key: JobKey, startedAt: number): { previous?: RunSummary; next?: RunSummary } {
    const job = this.jobId(key);
    if (job === undefined) return {};
    const side = (comparison: string, order: string) =>
      this.some(
        `WHERE run.job = ? AND listed = 1 AND started ${comparison} ? ORDER BY started ${order} LIMIT 1`,
        job,
        startedAt,
      )[0];
    const previous = side('<', 'DESC');
    const next = side('>', 'ASC');
    return { ...(previous && { previous }), ...(next && { next }) };
  }

  successes(key: JobKey, { limit = 20, startedBefore = Number.MAX_SAFE_INTEGER } = {}): RunSummary[] {
    const job = this.jobId(key);
    if (job === undefined) return [];
    const success = this.strings.find('success') ?? 0;
    return this.some(
      `WHERE run.job = ? AND listed = 1 AND state = ? AND started < ? ${NEWEST_FIRST} LIMIT ?`,
      job,
      success,
      startedBefore,
      limit,
    );
  }

  markForgotten(runIds: readonly string[]): void {
    const mark = this.prepared('UPDATE run SET forgotten = 1 WHERE run = ?');
    this.changed(() => {
      for (const runId of runIds) mark.run(runBytes(runId));
      this.overview.forgetAll();
    });
  }

  /**
   * Whether the trace is not kept longer: none of its runs failed, was terminated or forced. Without a known
   * run, its id decides, since a run's TraceId is a UUID; 3 % of all other trace ids look like one.
   */
  isOrdinary(trace: Uint8Array): boolean {
    const ids = FAILED.map((state) => this.strings.find(state) ?? 0).join(', ');
    const row = this.prepared(
      `SELECT count(*) AS runs, coalesce(sum(forced = 1 OR state IN (${ids})), 0) AS kept FROM run WHERE trace = ?`,
    ).get<{ runs: number; kept: number }>(trace);
    return row?.runs ? row.kept === 0 : !isUuid(trace);
  }

  /** Returns the job's id, which is created with `create`; else `undefined` if there is none. */
  jobId({ namespace, job }: JobKey, create = false): number | undefined {
    const key = JSON.stringify([namespace, job]);
    const cached = this.jobIds.get(key);
    if (cached !== undefined) return cached;
    if (create)
      this.prepared('INSERT OR IGNORE INTO job (namespace, name) VALUES (?, ?)').run(namespace, job);
    const id = this.prepared('SELECT id FROM job WHERE namespace = ? AND name = ?').get<{ id: number }>(
      namespace,
      job,
    )?.id;
    if (id !== undefined) this.jobIds.set(key, id);
    return id;
  }

  private some(rest: string, ...parameters: readonly SqlValue[]): RunSummary[] {
    return this.prepared(`${FROM_RUN} ${rest}`)
      .all<RunRow>(...parameters)
      .map((row) => summaryOf(row, this.strings));
  }

  private putFill(namespace: string, { fromAt, untilAt }: FillCursor): void {
    this.prepared(
      `INSERT INTO fill (namespace, since, until, complete) VALUES (?, ?, ?, 1)
       ON CONFLICT (namespace) DO UPDATE SET since = excluded.since, until = excluded.until, complete = 1`,
    ).run(namespace, fromAt, untilAt);
  }

  private prepared(sql: string): SqlStatement {
    const found = this.statements.get(sql) ?? this.database.prepare(sql);
    this.statements.set(sql, found);
    return found;
  }

  private changed(fn: () => void): void {
    try {
      this.database.transaction(fn);
    } catch (error) {
      // Ids that the transaction assigned were rolled back.
      this.strings.reset();
      this.jobIds.clear();
      this.overview.forgetAll();
      throw error;
    }
  }
}
