/**
 * Watches task queues without workers: reported once for each queue, and again when a worker polls.
 */
import type { Handling, Subject } from '../incident/message';
import { handlingOf, isOn, type WatchContext } from './context';
import { Queues, type WaitingRuns, waitingByQueue } from './queues';
import type { RunRow } from './row';

const MAX_JOBS = 20;
const KEY = 'no_worker';

export class QueueWatch {
  readonly queues = new Queues();
  readonly #context: WatchContext;

  constructor(context: WatchContext) {
    this.#context = context;
  }

  /**
   * Observes which task queues have no worker.
   *
   * @param rows runs that wait for their first task
   */
  async poll(rows: readonly RunRow[], nowMs: number): Promise<void> {
    const waiting = waitingByQueue(rows);
    for (const taskQueue of this.queues.toRead(waiting, nowMs)) {
      const newestMs = await this.#context.reader.newestPollMs(taskQueue, 'workflow');
      const change = this.queues.recordPollers(taskQueue, newestMs, nowMs);
      const runs = waiting.find((one) => one.taskQueue === taskQueue);
      if (change === 'no_worker' && runs) this.#report(runs, nowMs);
      if (change === 'worker') this.#clear(taskQueue, newestMs ?? nowMs);
    }
  }

  #report({ taskQueue, runs }: WaitingRuns, nowMs: number): void {
    const handling = this.#handling(runs);
    if (handling === undefined) return;
    const jobs = [...new Set(runs.map(({ job }) => job))].sort();
    const facts = { taskQueue, waiting: runs.length, jobs: jobs.slice(0, MAX_JOBS), jobCount: jobs.length };
    const atMs = this.queues.noneSinceMs(taskQueue) ?? nowMs;
    this.#context.sink.observe(
      queueSubject(taskQueue),
      handling,
      { kind: 'raised', type: 'job.no_worker', key: KEY, atMs, facts },
      () => this.queues.markReported(taskQueue, 'no_worker'),
    );
  }

  #clear(taskQueue: string, atMs: number): void {
    this.#context.sink.observe(queueSubject(taskQueue), undefined, { kind: 'cleared', key: KEY, atMs }, () =>
      this.queues.markReported(taskQueue, 'worker'),
    );
  }

  /**
   * Returns the combined handling of the jobs whose rules include `no_worker`; `undefined` if there is none.
   */
  #handling(runs: readonly RunRow[]): Handling | undefined {
    const rules = runs.map(({ job }) => this.#context.ruleOf(job)).filter((rule) => isOn(rule, 'no_worker'));
    const [first] = rules;
    return first && { ...handlingOf(first), to: [...new Set(rules.flatMap(({ to }) => to))] };
  }
}

function queueSubject(name: string): Subject {
  return { kind: 'queue', name };
}
