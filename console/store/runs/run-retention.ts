/**
 * Retention of `index.db`: removes the oldest runs by age and size, in slices, so that the thread stays
 * responsive.
 */
import type { KeepLimits } from '../limits';
import type { SqlDatabase, SqlStatement } from '../sql/port';
import type { RunStore } from './run-store';

/** Number of runs in a slice, a few milliseconds of work. */
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

  /** Removes one slice if a limit is exceeded. Returns whether there may be more to remove. */
  step(nowMs: number): boolean {
    const horizon = nowMs - this.limits.maxAgeMs;
    const isTooMuch = this.usedBytes() > this.limits.maxBytes;
    const oldest = this.oldest.get<{ closed: number }>();
    if (!oldest || !(isTooMuch || oldest.closed < horizon)) return false;
    this.database.transaction(() => {
      this.remove.run(isTooMuch ? Number.MAX_SAFE_INTEGER : horizon);
      // A profile is of no use without its run.
      this.removeProfiles.run(this.oldest.get<{ closed: number }>()?.closed ?? Number.MAX_SAFE_INTEGER);
    });
    // The pragma frees one page for each step, so all steps must run, although it returns no rows.
    this.vacuum.all();
    this.runs.overview.forgetAll();
    return true;
  }

  /** Returns the size of the used pages, in bytes. */
  usedBytes(): number {
    return this.pages.get<{ used: number }>()?.used ?? 0;
  }
}
