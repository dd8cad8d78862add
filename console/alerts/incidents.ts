/**
 * The incidents of a namespace. They are workflows, so they are listed from Temporal, whichever process
 * watches: one call every few seconds while a page is open.
 */
import { incidentSubject } from '../../alerts/incident-id';
import { AlertWorkflow, INCIDENT_MEMO, type IncidentMemo } from '../../alerts/names';
import type { ExecutionInfo } from '../../client/job-run';
import type { TemporalCalls } from '../temporal/calls';
import { listExecutions } from '../temporal/list';
import type { AlertRow } from '../types';

/** A listed incident. */
export interface Incident {
  readonly workflowId: string;
  readonly runId: string;
  readonly kind: AlertRow['kind'];
  readonly name: string;
  readonly isRunning: boolean;
  readonly startedMs: number;
  readonly closedMs: number | undefined;
  /** Open problems, none after the incident's end; `undefined` if its memo cannot be decoded. */
  readonly open: IncidentMemo['open'] | undefined;
}

const INTERVAL_MS = 5_000;
const MAX_INCIDENTS = 1_000;
/**
 * Lists running incidents first, then the others, most recently closed first. Names each status positively,
 * as in temporal/queries.ts.
 */
const QUERY = `WorkflowType = '${AlertWorkflow.incident}' AND ExecutionStatus IN ('Running', 'Completed', 'Failed', 'TimedOut', 'Terminated', 'Canceled')`;

export class Incidents {
  readonly #calls: TemporalCalls;
  readonly #onChange: () => void;
  readonly #pages = new Set<symbol>();
  #timer: NodeJS.Timeout | undefined;
  #known: readonly Incident[] = [];
  /** Time of the last read by the monotonic clock, since the system's may be set back. */
  #knownMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<readonly Incident[]> | undefined;

  /** @param onChange called when the open problems have changed */
  constructor(calls: TemporalCalls, onChange: () => void) {
    this.#calls = calls;
    this.#onChange = onChange;
  }

  /** The incidents of the last read. */
  get known(): readonly Incident[] {
    return this.#known;
  }

  /** Reads the incidents every few seconds while a page is open. Returns a function that ends this. */
  watch(): () => void {
    const page = Symbol('page');
    this.#pages.add(page);
    const look = () => {
      void this.read().catch(() => {});
    };
    this.#timer ??= setInterval(look, INTERVAL_MS).unref();
    look();
    return () => {
      this.#pages.delete(page);
      if (this.#pages.size === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Reads the incidents; returns those of the last read if it is at most 2.5 seconds old. */
  read(): Promise<readonly Incident[]> {
    if (performance.now() - this.#knownMs < INTERVAL_MS / 2) return Promise.resolve(this.#known);
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<readonly Incident[]> {
    const { executions } = await this.#calls.call((client) => listExecutions(client, QUERY, MAX_INCIDENTS), {
      isBackground: true,
    });
    const before = openText(this.#known);
    this.#known = executions.flatMap((info) => incidentOf(info) ?? []);
    this.#knownMs = performance.now();
    if (openText(this.#known) !== before) this.#onChange();
    return this.#known;
  }
}

function incidentOf({
  workflowId,
  runId,
  memo,
  status,
  startTime,
  closeTime,
}: ExecutionInfo): Incident | undefined {
  const subject = incidentSubject(workflowId);
  if (subject === undefined) return undefined;
  const { kind, name } = subject;
  if (kind !== 'job' && kind !== 'queue' && kind !== 'test') return undefined;
  const read = memo?.[INCIDENT_MEMO] as IncidentMemo | undefined;
  const isRunning = status.name === 'RUNNING';
  return {
    workflowId,
    runId,
    kind,
    name: read?.subject ?? name,
    isRunning,
    startedMs: startTime.getTime(),
    closedMs: closeTime?.getTime(),
    open: isRunning ? read?.open : [],
  };
}

function openText(incidents: readonly Incident[]): string {
  return JSON.stringify(incidents.map(({ runId, isRunning, open }) => [runId, isRunning, open]));
}
