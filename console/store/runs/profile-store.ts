/**
 * Profiles of runs in `index.db`, the latest of each job. Synchronous, for the store's thread.
 */
import type { SqlDatabase, SqlStatement } from '../sql/port';
import type { RunSummary, StoredProfile } from './run-index';
import { runBytes, runIdOf } from './run-row';
import type { RunStore } from './run-store';

const KEPT = 50;

type JobKey = Pick<RunSummary, 'namespace' | 'job'>;

/** Puts and reads profiles. */
export class ProfileStore {
  private readonly put: SqlStatement;
  private readonly trim: SqlStatement;
  private readonly read: SqlStatement;

  constructor(
    private readonly database: SqlDatabase,
    private readonly runs: RunStore,
  ) {
    this.put = database.prepare(
      `INSERT INTO profile (job, run, closed, body) VALUES (?, ?, ?, ?)
       ON CONFLICT (job, run) DO UPDATE SET closed = excluded.closed, body = excluded.body`,
    );
    this.trim = database.prepare(
      `DELETE FROM profile WHERE job = ? AND run NOT IN
       (SELECT run FROM profile WHERE job = ? ORDER BY closed DESC LIMIT ${KEPT})`,
    );
    this.read = database.prepare('SELECT run, closed, body FROM profile WHERE job = ? ORDER BY closed DESC');
  }

  putProfile(key: JobKey, { runId, closedAt, profile }: StoredProfile): void {
    this.database.transaction(() => {
      const job = this.runs.jobId(key, true) as number;
      this.put.run(job, runBytes(runId), closedAt, JSON.stringify(profile));
      this.trim.run(job, job);
    });
  }

  profiles(key: JobKey): StoredProfile[] {
    const job = this.runs.jobId(key);
    if (job === undefined) return [];
    return this.read
      .all<{ run: Uint8Array; closed: number; body: string }>(job)
      .map(({ run, closed, body }) => ({
        runId: runIdOf(run),
        closedAt: closed,
        profile: JSON.parse(body) as unknown,
      }));
  }
}
