/**
 * Reads the closed runs of one namespace into the index: page by page, the newest first.
 *
 * All positions are close times that the server has shown, never times of the console's clock, which may be ahead.
 */
import type { ExecutionInfo } from '../../client/job-run';
import type { FillCursor, RunIndex, RunSummary } from '../store/index';
import { runOfExecution } from './execution';
import type { Listed } from './list';

const PAGE_SIZE = 1_000;
/** Most pages of a sweep for each poll, so that open runs stay up to date meanwhile. */
const MAX_PAGES = 4;
/** The first sweep ends with the page that reaches one of these limits. */
const FIRST_MAX_AGE_MS = 7 * 24 * 3_600_000;
const FIRST_MAX_RUNS = 20_000;
/**
 * Overlap of successive sweeps, in milliseconds, since a run may become visible after one that closed later.
 */
const LOOK_BACK_MS = 120_000;

/** Lists runs that closed between the two times, in milliseconds since 1970, the latest first. */
type ListClosed = (fromMs: number, toMs: number | undefined, max: number) => Promise<Listed>;

/** What is new on a page. Its runs are in the index. */
export interface ClosedPage {
  readonly runs: readonly RunSummary[];
  /** All new executions, including those that are not runs of jobs. */
  readonly executions: readonly ExecutionInfo[];
}

/** A range of close times, read from its end to its start. */
interface Sweep {
  readonly fromMs: number;
  /** End of the part that is left; `undefined` before the first page. */
  toMs: number | undefined;
  /** Number of executions so far. */
  count: number;
  /** Ids of the runs that were no longer open when the sweep began. */
  readonly ended: readonly string[];
}

export class ClosedRunsReader {
  readonly #namespace: string;
  readonly #index: RunIndex;
  readonly #list: ListClosed;
  #cursor: FillCursor | undefined;
  /** The latest close time that the server has shown, in milliseconds since 1970. */
  #newestAt = 0;
  /** The latest sweep, after what is left of an earlier one. */
  #sweeps: readonly Sweep[] = [];
  /** Close times of the runs that the next sweep finds again. */
  readonly #seen = new Map<string, number>();

  constructor(namespace: string, index: RunIndex, list: ListClosed) {
    this.#namespace = namespace;
    this.#index = index;
    this.#list = list;
  }

  /** The range that has been read without gaps; `undefined` until the first sweep has ended. */
  get cursor(): FillCursor | undefined {
    return this.#cursor;
  }

  /** Whether known ranges are left to be read. */
  get isBehind(): boolean {
    return this.#sweeps.length > 0;
  }

  /**
   * Reads new closed runs, then some of what earlier calls have left. Rejects as the calls and the index do; the next
   * call continues there.
   *
   * @param ended ids of runs that are no longer open
   * @returns ids of those among them whose sweep has ended: the index has them, if they have closed
   */
  async read(ended: readonly string[], onPage: (page: ClosedPage) => void): Promise<readonly string[]> {
    await this.#begin(ended);
    const done: string[] = [];
    for (const sweep of [...this.#sweeps].reverse())
      for (let page = 0; page < MAX_PAGES && this.#sweeps.includes(sweep); page++)
        if (await this.#readPage(sweep, onPage)) done.push(...sweep.ended);
    return done;
  }

  /** Begins a sweep, unless two are left, or one that has read nothing yet. */
  async #begin(ended: readonly string[]): Promise<void> {
    if (!this.#cursor) {
      this.#cursor = await this.#index.fillCursor(this.#namespace);
      this.#newestAt = Math.max(this.#newestAt, this.#cursor?.untilAt ?? 0);
    }
    const [left, latest] = this.#sweeps;
    if (latest || (left && left.toMs === undefined)) return;
    const fromMs = Math.max(0, this.#newestAt - LOOK_BACK_MS);
    this.#sweeps = [...this.#sweeps, { fromMs, toMs: undefined, count: 0, ended }];
  }

  /** Reads and stores a page. Returns whether it was the last one of the sweep. */
  async #readPage(sweep: Sweep, onPage: (page: ClosedPage) => void): Promise<boolean> {
    const { executions, isCut } = await this.#list(sweep.fromMs, sweep.toMs, PAGE_SIZE);
    const times = executions.flatMap(({ closeTime }) => closeTime?.getTime() ?? []);
    const newestAt = Math.max(this.#newestAt, ...times);
    const oldestAt = Math.min(newestAt, ...times);
    const isFirst = this.#cursor === undefined && sweep === this.#sweeps[0];
    const isEnough =
      isFirst &&
      (sweep.count + executions.length >= FIRST_MAX_RUNS || oldestAt < newestAt - FIRST_MAX_AGE_MS);
    const isLast = !isCut || isEnough;
    const found = executions.filter(({ runId }) => !this.#seen.has(runId));
    const runs = found
      .flatMap((info) => runOfExecution(info, this.#namespace) ?? [])
      .filter((run): run is RunSummary => run.state !== 'running');
    if (runs.length > 0) await this.#index.addRuns(runs);
    // Only now: a page that could not be stored, such as on a full disk, is read again.
    if (isLast) this.#cursor = this.#cursorAfter(sweep, oldestAt, newestAt);
    this.#newestAt = newestAt;
    sweep.count += executions.length;
    // With the whole millisecond, of which a part may be on the next page; of a page of one millisecond, one less.
    sweep.toMs = Math.min(oldestAt + 1, (sweep.toMs ?? Number.POSITIVE_INFINITY) - 1);
    if (isLast) this.#sweeps = this.#sweeps.filter((each) => each !== sweep);
    for (const { runId, closedAt } of runs) this.#seen.set(runId, closedAt);
    const isSeenAgain = (closedAt: number) =>
      closedAt >= newestAt - LOOK_BACK_MS || (closedAt >= oldestAt && closedAt <= oldestAt + 1);
    for (const [runId, closedAt] of this.#seen) if (!isSeenAgain(closedAt)) this.#seen.delete(runId);
    if (found.length > 0) onPage({ runs, executions: found });
    return isLast;
  }

  /** Returns the range without gaps after the last page of a sweep. */
  #cursorAfter(sweep: Sweep, oldestAt: number, newestAt: number): FillCursor | undefined {
    const [left, latest] = this.#sweeps;
    // What is left of the earlier sweep is a gap.
    if (sweep !== left) return this.#cursor;
    const untilAt = latest ? latest.fromMs + LOOK_BACK_MS : newestAt;
    return { fromAt: this.#cursor?.fromAt ?? oldestAt, untilAt };
  }
}
