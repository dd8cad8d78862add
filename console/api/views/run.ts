/**
 * Builds the page of a run, and the details of its timeline rows.
 */
import { defined } from '../../../core/util/defined';
import { readBeginning } from '../../temporal/closed-runs';
import type { FoundRun } from '../../temporal/execution';
import { walk } from '../../timeline/item';
import type { Profile } from '../../timeline/profile';
import { rowDetails } from '../../timeline/row-details';
import { isShard } from '../../timeline/run-timeline';
import { runsToCompare, sentenceOf } from '../../timeline/sentence';
import { type QueuePollers, queuesToRead, waitReasons } from '../../timeline/waiting';
import type { Problem, RowDetails, RunPage, Sentence, WaitReason } from '../../types';
import { type ConsoleData, problemsOf, usualOfJob } from '../console-data';
import { decisionOf } from './decision';
import { ProfileReader } from './profiles';
import { type RunData, RunDataReader } from './run-data';
import { runError } from './run-error';
import { runLinks } from './run-links';
import { runProperties, waitedOf } from './run-properties';
import { hasBegun, runRow } from './run-row';
import { spansNote } from './spans-note';

export class RunView {
  readonly #data: ConsoleData;
  readonly #reader: RunDataReader;
  readonly #profiles: ProfileReader;

  constructor(data: ConsoleData) {
    this.#data = data;
    this.#reader = new RunDataReader(data);
    this.#profiles = new ProfileReader(data);
  }

  /** Builds the page of a run; `undefined` if none with this id is known. */
  async page(runId: string, namespaceName: string | undefined): Promise<RunPage | undefined> {
    const read = await this.#reader.read(runId, namespaceName);
    if (!read) return undefined;
    const at = Date.now();
    const { namespace, history, trace, shards, timeline } = read;
    const problems: Problem[] = [...read.problems];
    const decided = await decisionOf(read);
    const successes = await this.#data.index.successes(read.run, { startedBefore: read.run.startedAt });
    const usual = usualOfJob(successes.map(({ durationMs }) => durationMs));
    const run = withBeginning(read, at);
    const row = { ...runRow(run, usual?.medianMs, at), ...defined({ sampling: decided?.sampling }) };
    const error = await runError(namespace.calls.client, history?.end);
    const note = spansNote(trace, decided?.sampling, read.run);
    return {
      at,
      run: row,
      properties: runProperties({ ...read, run }, at),
      sentence: await this.#sentence(read, successes, at),
      waiting: await this.#waiting(read, at),
      ...(error && { error }),
      ...(shards && { shards: shards.summary }),
      timeline,
      links: await runLinks(this.#data, read, decided?.url),
      ...(note !== undefined && { spansNote: note }),
      problems: [...problems, ...problemsOf([namespace])],
    };
  }

  /** Returns the details of a row; `undefined` if there is no such run or row. */
  async row(runId: string, row: string, namespaceName: string | undefined): Promise<RowDetails | undefined> {
    const read = await this.#reader.read(runId, namespaceName);
    const root = read?.laidOut?.root;
    if (!read || !root) return undefined;
    for (const item of walk([root])) if (item.id === row) return rowDetails(item, read.trace);
    return undefined;
  }

  async #sentence(
    { laidOut, run, namespace, timeline }: RunData,
    successes: Awaited<ReturnType<ConsoleData['index']['successes']>>,
    nowMs: number,
  ): Promise<Sentence> {
    const totalMs = timeline.durationMs;
    if (!laidOut) {
      const text = 'Temporal has no history of this run, so it cannot be compared.';
      return {
        state: 'too-few',
        text,
        parts: [{ text }],
        totalMs,
        comparedWith: [],
        table: [],
        from: 'spans',
      };
    }
    const compared = run.isListed ? successes : [];
    const { usual, runs } = runsToCompare(compared.map((each) => ({ ...each, totalMs: each.durationMs })));
    const profiles: { runId: string; profile: Profile }[] = [];
    for (const each of compared.filter(({ runId }) => runs.some((one) => one.runId === runId))) {
      const profile = await this.#profiles.profileOf(each, namespace);
      if (profile) profiles.push({ runId: each.runId, profile });
    }
    return sentenceOf({
      measured: laidOut.measured,
      state: run.state,
      hasBegun: hasBegun(run, nowMs),
      isCompared: run.isListed,
      usual,
      successfulRuns: compared.length,
      profiles,
      isShard,
    });
  }

  async #waiting(
    { run, description, events, isCut, history, namespace }: RunData,
    nowMs: number,
  ): Promise<WaitReason[]> {
    if (run.state !== 'running' || !description || !history) return [];
    const input = {
      run: history.run,
      events,
      isCut,
      pendingActivities: description.pendingActivities ?? [],
      pendingTask: description.pendingWorkflowTask,
      taskQueue: events[0]?.workflowExecutionStartedEventAttributes?.taskQueue?.name ?? '',
      dueMs: history.run.startMs,
      nowMs,
    };
    const pollers = new Map<string, QueuePollers | undefined>();
    for (const [kind, queue] of queuesToRead(input))
      pollers.set(`${kind} ${queue}`, await namespace.queues.pollersOf(kind, queue));
    return waitReasons({ ...input, pollersOf: (kind, queue) => pollers.get(`${kind} ${queue}`) });
  }
}

/** Adds properties that a list may lack: who started the run and why, its attempt, how long it waited. */
function withBeginning({ run, events, history }: RunData, nowMs: number): FoundRun {
  const { dueAt: _, ...beginning } = readBeginning(events);
  return { ...run, ...beginning, ...defined({ waitedMs: waitedOf(history, nowMs) }) };
}
