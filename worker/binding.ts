/**
 * Whether runs may be bound in a namespace: only while every search attribute has been seen there with the
 * right type, because an upsert of any other leaves a run stuck for ever.
 */

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
  /** Looks once, within bounds; then goes on looking beside the worker until {@link close}. Never throws. */
  start(connection: SearchAttributesConnection): Promise<void>;
  started(): boolean;
  /** May be called twice. */
  close(): void;
}

/** Pause between two looks while something is missing. */
const LOOK_AGAIN_MS = 10_000;

export interface BindingOptions {
  readonly namespace: string;
  /** Whether missing attributes are registered. */
  readonly register: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export function createBinding({ namespace, register, log }: BindingOptions): Binding {
  let verified = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let started = false;
  let closed = false;

  async function look(connection: SearchAttributesConnection): Promise<void> {
    const problem = await check(connection);
    verified = problem === undefined;
    if (problem !== undefined) {
      if (failures++ === 0)
        log.warn(`temporal-job-tracing: runs are not bound (traces are still recorded): ${problem}`);
      if (!closed) timer = setTimeout(() => void look(connection), LOOK_AGAIN_MS).unref();
    } else if (failures > 0) {
      log.info(`temporal-job-tracing: runs of namespace ${namespace} are bound from now on`);
    }
  }

  /** What stands in the way of binding; `undefined` when nothing does. */
  async function check(connection: SearchAttributesConnection): Promise<string | undefined> {
    try {
      if (register) {
        await registerSearchAttributes(connection, namespace);
        return undefined;
      }
      return unusableBecause(namespace, await readSearchAttributes(connection, namespace));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  return {
    mayBind: () => verified,
    start(connection) {
      started = true;
      return look(connection);
    },
    started: () => started,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
