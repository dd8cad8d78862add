/**
 * Retention of `index.db`: the oldest runs leave, by age and by size, in slices that keep the thread free.
 */
import type { KeepLimits } from '../limits';
import type { SqlDatabase, SqlStatement } from '../sql/port';
import type { RunStore } from './run-store';

/** Runs of one slice: some milliseconds. */
const SLICE = 500;

export class RunRetention {
  private readonly oldest: SqlStatement;
  private readonly pages: SqlStatement;
  private readonly remove: SqlStatement;
  private readonly removeProfiles: SqlStatement;
  private readonly vacuum: SqlStatement;

  constructor(
    private readonly database: SqlDatabase,
    private readonly runs: RunStore,
    private readonly limits: KeepLimits,
  ) {
    this.oldest = database.prepare('SELECT closed FROM run ORDER BY closed LIMIT 1');
    this.pages = database.prepare(
      `SELECT (page_count - freelist_count) * page_size AS used
       FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    );
    this.remove = database.prepare(
      `DELETE FROM run WHERE id IN (SELECT id FROM run WHERE closed < ? ORDER BY closed LIMIT ${SLICE})`,
    );
    this.removeProfiles = database.prepare('DELETE FROM profile WHERE closed < ?');
    this.vacuum = database.prepare('PRAGMA incremental_vacuum(1000)');
  }

  /** Removes one slice if something is too old or too much. Returns whether there may be more to do. */
  step(nowMs: number): boolean {
    const horizon = nowMs - this.limits.maxAgeMs;
    const isTooMuch = this.usedBytes() > this.limits.maxBytes;
    const oldest = this.oldest.get<{ closed: number }>();
    if (!oldest || !(isTooMuch || oldest.closed < horizon)) return false;
    this.database.transaction(() => {
      this.remove.run(isTooMuch ? Number.MAX_SAFE_INTEGER : horizon);
      this.removeProfiles.run(horizon);
    });
    // It gives back a page a step, so that all its steps must be made, though it has no rows.
    this.vacuum.all();
    this.runs.overview.forgetAll();
    return true;
  }

  /** Bytes of the pages in use. */
  usedBytes(): number {
    return this.pages.get<{ used: number }>()?.used ?? 0;
  }
}
