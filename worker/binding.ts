/**
 * Whether runs may be bound in a namespace: only while every search attribute has been seen there with the
 * right type and an upsert of them was accepted, because the server refuses the whole workflow task that
 * upserts any other.
 *
 * A change that this worker has not noticed yet (an attribute removed a moment ago) costs a run one retry:
 * the server retries a refused task at once, here or on another worker, and the retried task binds nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import {
  readSearchAttributes,
  registerSearchAttributes,
  type SearchAttributesConnection,
  unusableBecause,
} from '../client/search-attributes';
import { acceptsUpserts, hasBoundRuns } from '../client/upsert-probe';
import { dueMsOf } from '../core/due-time';
import { BoundedMap, BoundedSet } from '../core/util/bounded-map';
import { suppressed } from '../core/util/suppressed';
import { type Grant, mayBeRefused } from './retried-task';

export interface Binding {
  /** Returns whether a run may be bound now. Never throws, never blocks. */
  mayBind(): boolean;
  /** Returns whether a run may be bound whose first task is retried. Never throws, never blocks. */
  mayBindAgain(info: WorkflowInfo): boolean;
  /** Records that the run was allowed to bind. */
  recordGrant(info: WorkflowInfo): void;
  /** Records that user code has failed a task of the run. */
  recordTaskFailure(runId: string): void;
  /** Checks once, and waits for a bounded time. Never throws. */
  check(connection: SearchAttributesConnection): Promise<void>;
  /** Keeps checking in the background until {@link close}; waits for the first check. Never throws. */
  start(connection: SearchAttributesConnection): Promise<void>;
  /** Stops checking; may be called twice. */
  close(): void;
}

/** Milliseconds after which a worker starts, even if nothing may be bound yet. */
const START_TIMEOUT_MS = 5_000;
/** Milliseconds between checks while an attribute is missing. */
const MISSING_MS = 10_000;
/** Milliseconds between checks while upserts are not accepted yet, which takes the server some seconds. */
const NOT_ACCEPTED_MS = 1_000;
/** Milliseconds between checks while all is well, since somebody may remove an attribute. */
const VERIFIED_MS = 30_000;
/** Most runs that are remembered; beyond that the oldest is dropped. */
const MAX_RUNS = 10_000;

export interface BindingOptions {
  readonly namespace: string;
  /** Whether missing attributes are registered. */
  readonly register: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Returns the binding of one worker; it checks nothing on its own until it is started. */
export function createBinding({ namespace, register, log }: BindingOptions): Binding {
  let connection: SearchAttributesConnection | undefined;
  /** Result of the last check: whether runs may be bound. */
  let verified = false;
  /** Whether an upsert was accepted since the attributes were last missing. */
  let accepted = false;
  let warned = false;
  /** Whether any check has found all attributes, or registered them. */
  let registered = false;
  /** The check in progress. */
  let checking: Promise<void> | undefined;
  /** When the last check ended, by `performance.now()`. */
  let checkedMs = 0;
  /** Whether the worker runs: one that was created but never runs must not keep checking. */
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  const grants = new BoundedMap<string, Grant>(MAX_RUNS);
  const failed = new BoundedSet<string>(MAX_RUNS);

  /** Checks now, or joins the check in progress. */
  function checkNow(): Promise<void> {
    clearTimeout(timer);
    checking ??= suppressed(checkOnce).finally(() => {
      checking = undefined;
    });
    return checking;
  }

  async function checkOnce(): Promise<void> {
    const problem = connection && (await findProblem(connection));
    // A failed check does not invalidate attributes that were right a minute ago.
    if (!(verified && problem instanceof Error)) conclude(problem);
    checkedMs = performance.now();
    if (running) checkLater();
  }

  /** Checks again after a pause, which began with the end of the last check. */
  function checkLater(): void {
    const leftMs = checkedMs + pauseMs() - performance.now();
    timer = setTimeout(() => void checkNow(), Math.max(0, leftMs)).unref();
  }

  async function check(to: SearchAttributesConnection): Promise<void> {
    connection = to;
    const timeout = new AbortController();
    const tooLong = sleep(START_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {});
    await Promise.race([checkNow(), tooLong]);
    timeout.abort();
  }

  function pauseMs(): number {
    // Spread out, so that workers do not all check in the same second.
    if (verified) return VERIFIED_MS * (0.75 + 0.5 * Math.random());
    return registered && !accepted ? NOT_ACCEPTED_MS : MISSING_MS;
  }

  /** Sets the result of a check, and logs a change. */
  function conclude(problem: string | Error | undefined): void {
    verified = problem === undefined;
    if (problem !== undefined && !warned) {
      const text = problem instanceof Error ? problem.message : problem;
      log.warn(`temporal-job-tracing: runs are not bound (traces are still recorded): ${text}`);
    } else if (problem === undefined && warned) {
      log.info(`temporal-job-tracing: runs of namespace ${namespace} are bound from now on`);
    }
    warned = problem !== undefined;
  }

  /**
   * Returns the problem that prevents binding, or the error of a failed check; `undefined` if there is none.
   */
  async function findProblem(to: SearchAttributesConnection): Promise<string | Error | undefined> {
    try {
      const report = await readSearchAttributes(to, namespace);
      const isComplete = report.missing.length === 0 && report.wrongType.length === 0;
      if (!isComplete) {
        accepted = false;
        if (!register) return unusableBecause(namespace, report);
        const { added } = await registerSearchAttributes(to, namespace);
        if (registered && added.length > 0) warnRegisteredAgain(added);
      }
      accepted ||= await isAccepted(to, isComplete && !registered);
      registered = true;
      return accepted ? undefined : `search attributes of namespace ${namespace}: ${NOT_ACCEPTED}`;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  function warnRegisteredAgain(added: readonly string[]): void {
    log.warn(
      `temporal-job-tracing: search attributes of namespace ${namespace} were gone, and have been registered again: ` +
        `${added.join(', ')}. If they are not wanted, set the option registerSearchAttributes to false`,
    );
  }

  /**
   * Returns whether upserts are accepted; assumed where it cannot be probed, so that the first runs show it.
   *
   * @param hadAttributes whether the namespace had the attributes before this worker: then a bound run that is
   *   listed there saves the probe
   */
  async function isAccepted(to: SearchAttributesConnection, hadAttributes: boolean): Promise<boolean> {
    if (hadAttributes && (await hasBoundRuns(to, namespace))) return true;
    return (await acceptsUpserts(to, namespace)) ?? true;
  }

  function mayBindAgain(info: WorkflowInfo): boolean {
    const grant = grants.get(info.runId);
    const isRefused = mayBeRefused({
      grant,
      startedMs: info.runStartTime.getTime(),
      dueMs: dueMsOf(info),
      timeoutMs: info.taskTimeoutMs,
      events: info.historyLength,
      isReset: info.runId !== info.originalExecutionRunId,
      hasFailed: failed.has(info.runId),
    });
    if (!isRefused) return verified;
    // The attributes have changed since: nothing is bound until the next check.
    if (grant) {
      verified = false;
      accepted = false;
    }
    void checkNow();
    return false;
  }

  return {
    mayBind: () => verified,
    mayBindAgain,
    recordGrant: ({ runId, runStartTime, historyLength: events }) =>
      grants.set(runId, { startedMs: runStartTime.getTime(), events }),
    recordTaskFailure: (runId) => failed.add(runId),
    check,
    async start(to) {
      running = true;
      if (connection === undefined) await check(to);
      // A check in progress is followed by the next one anyway.
      else if (checking === undefined) checkLater();
    },
    close() {
      running = false;
      clearTimeout(timer);
    },
  };
}

const NOT_ACCEPTED =
  'they are registered, but the server does not accept them yet, which takes it some seconds; it is tried again ' +
  'every second';
