/**
 * Reads everything for the page of a run: its execution, history and spans, and their timeline. Histories of
 * closed runs do not change, so they are cached.
 */
import { GrpcStatus, grpcStatusOf } from '../../../client/grpc-status';
import { toExecutionInfo } from '../../../client/listing';
import { BoundedMap } from '../../../core/util/bounded-map';
import type { Trace } from '../../sources/index';
import { type FoundRun, runOfExecution } from '../../temporal/execution';
import { type Description, describeRun, MAX_EVENTS, readRunEvents } from '../../temporal/read-history';
import { hasShards, type ListedShards } from '../../temporal/shards';
import { type HistoryRun, readHistory } from '../../timeline/history';
import { type HistoryEvent, isEnd } from '../../timeline/history-event';
import { type RunTimeline, runTimeline, traceTimeline } from '../../timeline/run-timeline';
import type { Problem, Timeline } from '../../types';
import type { ConsoleData, NamespaceData } from '../console-data';
import { findRun } from './find-run';

const MAX_REMEMBERED = 20;

export interface RunData {
  readonly namespace: NamespaceData;
  readonly run: FoundRun;
  readonly events: readonly HistoryEvent[];
  /** Whether events before the last one are missing. */
  readonly isCut: boolean;
  readonly description: Description | undefined;
  readonly shards: ListedShards | undefined;
  readonly trace: Trace | undefined;
  /** The history; `undefined` if Temporal is away or no longer has the run. */
  readonly history: HistoryRun | undefined;
  readonly laidOut: RunTimeline | undefined;
  readonly timeline: Timeline;
  readonly problems: readonly Problem[];
}

interface Read {
  readonly events: readonly HistoryEvent[];
  readonly isCut: boolean;
}

export class RunDataReader {
  readonly #data: ConsoleData;
  readonly #histories = new BoundedMap<string, Read>(MAX_REMEMBERED);

  constructor(data: ConsoleData) {
    this.#data = data;
  }

  /**
   * Reads the run; `undefined` if none with this id is known. Rejects if Temporal is away and the run is not
   * in the index.
   */
  async read(runId: string, name: string | undefined): Promise<RunData | undefined> {
    const found = await findRun(this.#data, runId, name);
    if (!found) return undefined;
    const { namespace } = found;
    const problems: Problem[] = [];
    const described = await this.#describe(found.run, namespace, problems);
    const { events, isCut } = await this.#events(described.run, namespace, problems);
    const hasEndedSince = described.run.state === 'running' && isEnd(events.at(-1));
    const { run, description } = hasEndedSince
      ? await this.#describe(described.run, namespace, problems)
      : described;
    const trace = await this.#trace(run.traceId, problems);
    const shards = hasShards(events) ? await this.#shards(namespace, run, problems) : undefined;
    const nowMs = Date.now();
    const history = readHistory({
      workflowType: run.workflowType,
      events,
      pendingActivities: description?.pendingActivities ?? [],
      pendingTask: description?.pendingWorkflowTask,
      nowMs: run.state === 'running' ? nowMs : run.closedAt,
      isCut,
      isRunning: run.state === 'running',
    });
    if (isCut)
      problems.push({
        kind: 'cut',
        text: `The history has more than ${MAX_EVENTS.toLocaleString('en-US')} events; later ones are not read, except how the run ended.`,
      });
    const laidOut = history && runTimeline({ runId, history, trace, shards: shards?.shards ?? [], nowMs });
    const timeline = laidOut?.timeline ?? traceTimeline(trace, nowMs);
    return {
      namespace,
      run,
      events,
      isCut,
      description,
      shards,
      trace,
      history,
      laidOut,
      timeline,
      problems,
    };
  }

  /** Reads the run's history; that of a closed run is cached. */
  async #events(run: FoundRun, { calls }: NamespaceData, problems: Problem[]): Promise<Read> {
    const known = this.#histories.get(run.runId);
    if (known) return known;
    try {
      const read = await readRunEvents(calls, run);
      // Without its end, the history of a run that has ended is incomplete.
      if (run.state !== 'running' && isEnd(read.events.at(-1))) this.#histories.set(run.runId, read);
      return read;
    } catch (error) {
      const isForgotten = grpcStatusOf(error) === GrpcStatus.NOT_FOUND;
      if (isForgotten && run.state !== 'running') await this.#forget(run);
      problems.push({
        kind: isForgotten ? 'forgotten' : 'temporal-away',
        text: isForgotten
          ? "Temporal no longer has this run; this page shows the console's own data."
          : `The history could not be read: ${textOf(error)}`,
        namespace: calls.namespace,
      });
      return { events: [], isCut: false };
    }
  }

  async #forget(run: FoundRun): Promise<void> {
    await this.#data.index.markForgotten([run.runId]).catch(() => {});
  }

  async #trace(traceId: string, problems: Problem[]): Promise<Trace | undefined> {
    try {
      return await this.#data.traces.trace(traceId);
    } catch (error) {
      problems.push({ kind: 'traces', text: `The spans could not be read: ${textOf(error)}` });
      return undefined;
    }
  }

  async #shards(
    { shards }: NamespaceData,
    run: FoundRun,
    problems: Problem[],
  ): Promise<ListedShards | undefined> {
    try {
      return await shards.read(run.runId, run.state === 'running' ? undefined : run.closedAt);
    } catch (error) {
      problems.push({ kind: 'temporal-away', text: `The shards could not be read: ${textOf(error)}` });
      return undefined;
    }
  }

  /** Reads the current state of an open run from the server. */
  async #describe(
    run: FoundRun,
    { calls, name }: NamespaceData,
    problems: Problem[],
  ): Promise<{ readonly run: FoundRun; readonly description?: Description }> {
    if (run.state !== 'running') return { run };
    try {
      const description = await describeRun(calls, run);
      const raw = description.workflowExecutionInfo;
      const now = raw && runOfExecution(await toExecutionInfo(calls.client, raw), name);
      return { run: now ?? run, description };
    } catch (error) {
      problems.push({
        kind: 'temporal-away',
        text: `The current state could not be read: ${textOf(error)}`,
        namespace: name,
      });
      return { run };
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
