/**
 * All calls of the console to the Temporal server for one namespace. Each call has a deadline, and its
 * outcome determines the namespace's state. When the server refuses calls because of rate limits, the console
 * sends fewer.
 */
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { rethrowKnownErrorTypes } from '@temporalio/client/lib/helpers';
import { NamespaceNotFoundError } from '@temporalio/common';
import { GrpcStatus, grpcStatusOf } from '../../client/grpc-status';
import type { Problem } from '../types';

const CALL_TIMEOUT_MS = 10_000;
/** Deadline of a page's calls while Temporal does not answer anyway, so that the page shows what is kept. */
const AWAY_TIMEOUT_MS = 1_000;
/** How much later than gRPC the console itself gives up a call, so that gRPC's error says more. */
const GRACE_MS = 250;
const FIRST_BACK_OFF_MS = 1_000;
const MAX_BACK_OFF_MS = 60_000;

export type TemporalState = 'connecting' | 'ok' | 'busy' | 'away' | 'denied' | 'no-namespace';

/** Thrown instead of a background call while the server refuses calls. */
class TooManyCallsError extends Error {
  override readonly name = 'TooManyCallsError';
}

/** Thrown when a call has had no answer in time. */
class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = GrpcStatus.DEADLINE_EXCEEDED;
}

export class TemporalCalls {
  readonly namespace: string;
  readonly client: Client;
  readonly #elapsedMs: () => number;
  readonly #onChange: () => void;
  #state: TemporalState = 'connecting';
  #sinceMs: number;
  #answeredMs: number | undefined;
  #detail = '';
  #backOffMs = 0;
  #quietUntilMs = 0;
  readonly #inFlight = new Set<Promise<unknown>>();

  /**
   * @param onChange called when the state has changed
   * @param elapsedMs clock of intervals, which nobody sets back
   */
  constructor(
    client: Client,
    onChange: () => void = () => {},
    elapsedMs: () => number = () => performance.now(),
  ) {
    this.client = client;
    this.namespace = client.options.namespace;
    this.#elapsedMs = elapsedMs;
    this.#onChange = onChange;
    this.#sinceMs = Date.now();
  }

  get state(): TemporalState {
    return this.#state;
  }

  get answeredMs(): number | undefined {
    return this.#answeredMs;
  }

  /** Milliseconds until background calls may be made again. */
  get quietMs(): number {
    return Math.max(0, this.#quietUntilMs - this.#elapsedMs());
  }

  /**
   * Makes a call with a deadline. Rejects with the SDK's error; background calls reject with a {@link
   * TooManyCallsError} at once while the server refuses calls.
   */
  async call<T>(
    make: (client: Client) => Promise<T>,
    options: { readonly isBackground?: boolean } = {},
  ): Promise<T> {
    if (options.isBackground && this.quietMs > 0)
      throw new TooManyCallsError(`Temporal refuses calls: retrying in ${Math.ceil(this.quietMs / 1000)} s`);
    const isPageAway = this.#state === 'away' && !options.isBackground;
    const timeoutMs = isPageAway ? AWAY_TIMEOUT_MS : CALL_TIMEOUT_MS;
    try {
      const answer = this.#track(
        this.client.connection.withDeadline(Date.now() + timeoutMs, () => make(this.client)),
      );
      // What `make` calls may set a later deadline, as the typed client does, or try again.
      const value = await within(timeoutMs + GRACE_MS, answer);
      this.#answered();
      return value;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Resolves when no call is in flight. Closing a connection earlier causes errors that nobody can catch. */
  async settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  async #track<T>(call: Promise<T>): Promise<T> {
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      this.#inFlight.delete(call);
    }
  }

  /** Returns the namespace's problem; `undefined` while there is none. */
  problem(): Problem | undefined {
    const { namespace } = this;
    const sinceAt = this.#sinceMs;
    switch (this.#state) {
      case 'busy':
        return {
          kind: 'temporal-busy',
          text: `Temporal refuses calls for namespace ${namespace} (RESOURCE_EXHAUSTED): this page may be out of date. The console sends fewer calls until that ends.`,
          namespace,
          sinceAt,
        };
      case 'away':
        return {
          kind: 'temporal-away',
          text: `Temporal does not answer for namespace ${namespace}: this page shows the console's own data. ${this.#detail}`,
          namespace,
          sinceAt,
        };
      case 'denied':
        return {
          kind: 'temporal-denied',
          text: `Temporal refuses the console's credentials for namespace ${namespace}. ${this.#detail}`,
          namespace,
          sinceAt,
        };
      case 'no-namespace':
        return {
          kind: 'temporal-denied',
          text: `Temporal has no namespace ${namespace}: choose another one with --namespace or TEMPORAL_NAMESPACE.`,
          namespace,
          sinceAt,
        };
      default:
        return undefined;
    }
  }

  #answered(): void {
    this.#answeredMs = Date.now();
    this.#backOffMs = 0;
    this.#quietUntilMs = 0;
    this.#set('ok', '');
  }

  #failed(error: unknown): void {
    const status = grpcStatusOf(error);
    const detail = error instanceof Error ? error.message : String(error);
    if (status === GrpcStatus.RESOURCE_EXHAUSTED) {
      this.#backOff();
      this.#set('busy', detail);
    } else if (status === GrpcStatus.PERMISSION_DENIED || status === GrpcStatus.UNAUTHENTICATED) {
      this.#backOff();
      this.#set('denied', detail);
    } else if (status === GrpcStatus.NOT_FOUND && isNamespaceMissing(error)) {
      this.#backOff();
      this.#set('no-namespace', detail);
    } else if (status === undefined || isAnswer(status)) {
      // The server has answered: there is no such run, or the query is not valid.
      if (status !== undefined) this.#answered();
    } else if (status !== GrpcStatus.CANCELLED) {
      this.#backOff();
      this.#set('away', detail);
    }
  }

  #backOff(): void {
    // Calls of pages go on meanwhile; if they fail, the next background call must not be put off for ever.
    if (this.quietMs > 0) return;
    this.#backOffMs = Math.min(MAX_BACK_OFF_MS, Math.max(FIRST_BACK_OFF_MS, this.#backOffMs * 2));
    this.#quietUntilMs = this.#elapsedMs() + this.#backOffMs;
  }

  #set(state: TemporalState, detail: string): void {
    this.#detail = detail;
    if (state === this.#state) return;
    this.#state = state;
    this.#sinceMs = Date.now();
    this.#onChange();
  }
}

/** Settles as the call does, or rejects with a {@link DeadlineError}; the call itself goes on. */
async function within<T>(timeoutMs: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

const ANSWERS: ReadonlySet<number> = new Set([
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.NOT_FOUND,
  // A query that no worker can answer.
  GrpcStatus.FAILED_PRECONDITION,
  GrpcStatus.UNIMPLEMENTED,
]);

function isAnswer(status: number): boolean {
  return ANSWERS.has(status);
}

function isNamespaceMissing(error: unknown): boolean {
  try {
    if (isGrpcServiceError(error)) rethrowKnownErrorTypes(error);
    return false;
  } catch (known) {
    return known instanceof NamespaceNotFoundError;
  }
}
