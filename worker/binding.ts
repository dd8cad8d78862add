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
  granted(info: WorkflowInfo): void;
  /** Records that user code has failed a task of the run. */
  taskFailed(runId: string): void;
  /**
   * Checks once, for a bounded time; then keeps checking in the background until {@link close}. Never throws.
   */
  start(connection: SearchAttributesConnection): Promise<void>;
  started(): boolean;
  /** Stops checking; may be called twice. */
  close(): void;
}

/** Milliseconds after which a worker starts, even if nothing may be bound yet. */
const START_TIMEOUT_MS = 5_000;
/** Milliseconds between checks while an attribute is missing. */
const LOOK_AGAIN_MS = 10_000;
/** Milliseconds between checks while upserts are not accepted yet, which takes the server some seconds. */
const NOT_YET_MS = 1_000;
/** Milliseconds between checks while all is well, since someone may remove an attribute. */
const VERIFY_MS = 30_000;
/** Most runs that are remembered; beyond that the oldest is dropped. */
const MAX_RUNS = 10_000;

export interface BindingOptions {
  readonly namespace: string;
  /** Whether missing attributes are registered. */
  readonly register: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export function createBinding({ namespace, register, log }: BindingOptions): Binding {
  let connection: SearchAttributesConnection | undefined;
  let verified = false;
  /** Whether an upsert was accepted since the attributes were last missing. */
  let accepted = false;
  let warned = false;
  let seen = false;
  let lookedAtMs = 0;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const grants = new BoundedMap<string, Grant>(MAX_RUNS);
  const failed = new BoundedSet<string>(MAX_RUNS);

  function look(): Promise<void> {
    clearTimeout(timer);
    looking ??= suppressed(lookOnce).finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function lookOnce(): Promise<void> {
    const startedAtMs = Date.now();
    const problem = connection && (await check(connection));
    // A failed check does not invalidate attributes that were right a minute ago.
    if (!(verified && problem instanceof Error)) {
      conclude(problem);
      lookedAtMs = startedAtMs;
    }
    if (!closed) timer = setTimeout(() => void look(), pauseMs()).unref();
  }

  function pauseMs(): number {
    // Spread out, so that workers do not all check in the same second.
    if (verified) return VERIFY_MS * (0.75 + 0.5 * Math.random());
    return seen && !accepted ? NOT_YET_MS : LOOK_AGAIN_MS;
  }

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
  async function check(to: SearchAttributesConnection): Promise<string | Error | undefined> {
    try {
      const report = await readSearchAttributes(to, namespace);
      const isRight = report.missing.length === 0 && report.wrongType.length === 0;
      if (!isRight) accepted = false;
      if (!isRight && register) sayRegistered((await registerSearchAttributes(to, namespace)).added);
      const problem = isRight || register ? undefined : unusableBecause(namespace, report);
      if (problem !== undefined) return problem;
      accepted ||= (isRight && !seen && (await hasBoundRuns(to, namespace))) || (await isAccepted(to));
      seen = true;
      return accepted ? undefined : `search attributes of namespace ${namespace}: ${NOT_YET}`;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  function sayRegistered(added: readonly string[]): void {
    if (!seen || added.length === 0) return;
    log.warn(
      `temporal-job-tracing: search attributes of namespace ${namespace} were gone, and have been registered again: ` +
        `${added.join(', ')}. If they are not wanted, set the option registerSearchAttributes to false`,
    );
  }

  /**
   * Returns whether upserts are accepted; assumed where it cannot be probed, so that the first runs show it.
   */
  async function isAccepted(to: SearchAttributesConnection): Promise<boolean> {
    return (await acceptsUpserts(to, namespace)) ?? true;
  }

  function mayBindAgain(info: WorkflowInfo): boolean {
    const grant = grants.get(info.runId);
    const isRefused = mayBeRefused({
      grant,
      lookedAtMs,
      nowMs: Date.now(),
      dueMs: dueMsOf(info),
      events: info.historyLength,
      isReset: info.runId !== info.originalExecutionRunId,
      hasFailed: failed.has(info.runId),
    });
    if (!isRefused) return verified;
    // The attributes have changed since: nothing is bound until the next check.
    if (grant) [verified, accepted] = [false, false];
    void look();
    return false;
  }

  return {
    mayBind: () => verified,
    mayBindAgain,
    granted: ({ runId, historyLength }) => grants.set(runId, { atMs: Date.now(), events: historyLength }),
    taskFailed: (runId) => failed.add(runId),
    async start(to) {
      connection = to;
      const timeout = new AbortController();
      const tooLong = sleep(START_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {});
      await Promise.race([look(), tooLong]);
      timeout.abort();
    },
    started: () => connection !== undefined,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

const NOT_YET =
  'they are registered, but the server does not accept them yet, which takes it some seconds; it is tried again ' +
  'every second';
