/**
 * Reads the API: once, and again when something has changed.
 */
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/types';
import { type Change, onChange } from './live';

/** Between two readings of the same, however much changes. */
const MIN_INTERVAL_MS = 1_000;
const MAX_KEPT = 30;

export interface Resource<T> {
  /** What was read last; stays while it is read again. */
  readonly data?: T | undefined;
  /** Why the last reading failed. */
  readonly error?: ReadError | undefined;
}

/** An answer other than 200, or none. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  constructor(
    message: string,
    /** HTTP status; 0 for no answer. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** Last answers: a step back shows at once what was there. */
const kept = new Map<string, unknown>();

/** @throws ReadError */
export async function read<T>(path: string, signal: AbortSignal | null = null): Promise<T> {
  const response = await fetch(path, { signal, headers: { accept: 'application/json' } }).catch(
    (error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ReadError('The console does not answer: is it still running?', 0);
    },
  );
  if (response.status === 401)
    location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
  if (response.ok) return (await response.json()) as T;
  const body = (await response.json().catch(() => undefined)) as ApiError | undefined;
  throw new ReadError(body?.error?.text ?? `The console answered ${response.status}.`, response.status);
}

/**
 * Reads a path of the API, and again after each change that concerns it.
 *
 * @param concerns must not depend on what changes between two renderings, other than by `path`
 */
export function useResource<T>(
  path: string,
  concerns: (change: Change, data: T | undefined) => boolean,
): Resource<T> {
  const [state, setState] = useState<Resource<T> & { readonly path: string }>({ path });
  useEffect(() => {
    let latest = kept.get(path) as T | undefined;
    setState({ path, data: latest });
    const reader = new Reader<T>(path, (result) => {
      latest = result.data ?? latest;
      keep(path, latest);
      setState({ path, data: latest, error: result.error });
    });
    reader.ask();
    const end = onChange((change) => {
      if (change.name === 'again' || concerns(change, latest)) reader.ask();
    });
    return () => {
      end();
      reader.stop();
    };
  }, [path]);
  return state.path === path ? state : { data: kept.get(path) as T | undefined };
}

function keep(path: string, data: unknown): void {
  kept.delete(path);
  kept.set(path, data);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
}

/** Reads one path, never twice at a time, and at most once in {@link MIN_INTERVAL_MS}. */
class Reader<T> {
  readonly #path: string;
  readonly #onResult: (result: Resource<T>) => void;
  readonly #abort = new AbortController();
  #isBusy = false;
  #isAsked = false;

  constructor(path: string, onResult: (result: Resource<T>) => void) {
    this.#path = path;
    this.#onResult = onResult;
  }

  ask(): void {
    this.#isAsked = true;
    if (!this.#isBusy) void this.#read();
  }

  stop(): void {
    this.#abort.abort();
  }

  async #read(): Promise<void> {
    this.#isBusy = true;
    this.#isAsked = false;
    const { signal } = this.#abort;
    try {
      const data = await read<T>(this.#path, signal);
      if (!signal.aborted) this.#onResult({ data });
    } catch (error) {
      if (!signal.aborted) this.#onResult({ error: error as ReadError });
    }
    setTimeout(() => {
      this.#isBusy = false;
      if (this.#isAsked && !signal.aborted) void this.#read();
    }, MIN_INTERVAL_MS);
  }
}
