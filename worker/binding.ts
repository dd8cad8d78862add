/**
 * Whether runs may be bound in a namespace: only while every search attribute has been seen there with the
 * right type, because an upsert of any other leaves a run stuck for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/common';
import {
  readSearchAttributes,
  registerSearchAttributes,
  type SearchAttributesConnection,
  unusableBecause,
} from '../client/search-attributes';

export interface Binding {
  /** Whether a run may be bound now. Never throws, never waits. */
  mayBind(): boolean;
  /** Looks once, for a bounded time; then goes on looking beside the worker until {@link close}. Never throws. */
  start(connection: SearchAttributesConnection): Promise<void>;
  started(): boolean;
  /** May be called twice. */
  close(): void;
}

/** A worker starts after this time, bound or not. */
const START_TIMEOUT_MS = 5_000;
/** Pause between two looks while something is missing. */
const LOOK_AGAIN_MS = 10_000;
/** Pause between two looks while all is right: somebody may remove an attribute. */
const VERIFY_MS = 60_000;

export interface BindingOptions {
  readonly namespace: string;
  /** Whether missing attributes are registered, until they were seen for the first time. */
  readonly register: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export function createBinding({ namespace, register, log }: BindingOptions): Binding {
  let verified = false;
  let warned = false;
  let seen = false;
  let timer: NodeJS.Timeout | undefined;
  let started = false;
  let closed = false;

  async function look(connection: SearchAttributesConnection): Promise<void> {
    const problem = await check(connection);
    // A look that failed says nothing about attributes that were right a minute ago.
    if (!(verified && problem instanceof Error)) conclude(problem);
    if (!closed)
      timer = setTimeout(() => void look(connection), verified ? VERIFY_MS : LOOK_AGAIN_MS).unref();
  }

  function conclude(problem: string | Error | undefined): void {
    verified = problem === undefined;
    seen ||= verified;
    if (problem !== undefined && !warned) {
      const text = problem instanceof Error ? problem.message : problem;
      log.warn(`temporal-job-tracing: runs are not bound (traces are still recorded): ${text}`);
    } else if (problem === undefined && warned) {
      log.info(`temporal-job-tracing: runs of namespace ${namespace} are bound from now on`);
    }
    warned = problem !== undefined;
  }

  /** What stands in the way of binding, or why it cannot be known; `undefined` when nothing does. */
  async function check(connection: SearchAttributesConnection): Promise<string | Error | undefined> {
    try {
      if (register && !seen) {
        await registerSearchAttributes(connection, namespace);
        return undefined;
      }
      return unusableBecause(namespace, await readSearchAttributes(connection, namespace));
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  return {
    mayBind: () => verified,
    async start(connection) {
      started = true;
      const timeout = new AbortController();
      const tooLong = sleep(START_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {});
      await Promise.race([look(connection), tooLong]);
      timeout.abort();
    },
    started: () => started,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
