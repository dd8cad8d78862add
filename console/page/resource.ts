/**
 * Reads the API, and again when something has changed.
 */
import { useEffect, useState } from 'preact/hooks';
import { BoundedMap } from '../../core/util/bounded-map';
import type { ApiError } from '../types';
import { type Change, onChange } from './live';

/** Shortest pause between two reads of the same path, in milliseconds. */
const MIN_PAUSE_MS = 1_000;
/** The pause is at least so many times as long as the read: a page of a huge history is read less often. */
const PAUSE_PER_READ = 5;
/** Interval at which pages with running runs are read again, in milliseconds, so that durations keep counting. */
export const COUNTING_MS = 5_000;
const MAX_KEPT = 30;

export interface Resource<T> {
  /** Result of the last successful read. */
  readonly data?: T | undefined;
  /** Error of the last read, if it failed. */
  readonly error?: ReadError | undefined;
}

/** Thrown for an error response, or if there is none. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  constructor(
    message: string,
    /** HTTP status; 0 if there was no response. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** Latest responses by path, so that going back shows them at once. */
const kept = new BoundedMap<string, unknown>(MAX_KEPT);

/**
 * Reads a path of the API.
 *
 * @throws {ReadError} for an error response, or if there is none
 */
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
 * Reads a path of the API, and again after each change that affects it.
 *
 * @param concerns whether a change affects the path; must not depend on values other than `path` that change
 *   between renders
 * @param againMs interval in milliseconds at which it is read again while the tab is visible, for states whose changes
 *   are not announced
 * @param isCounting whether the data has values that change with time, so that it is read again at that interval
 */
export function useResource<T>(
  path: string,
  concerns: (change: Change, data: T | undefined) => boolean,
  againMs?: number,
  isCounting: (data: T | undefined) => boolean = () => true,
): Resource<T> {
  const [state, setState] = useState<Resource<T> & { readonly path: string }>({ path });
  useEffect(() => {
    let latest = kept.get(path) as T | undefined;
    setState({ path, data: latest });
    const reader = new Reader<T>(path, (result) => {
      latest = result.data ?? latest;
      kept.set(path, latest);
      setState({ path, data: latest, error: result.error });
    });
    reader.request();
    const end = onChange((change) => {
      if (change.name === 'again' || concerns(change, latest)) reader.request();
    });
    const timer =
      againMs === undefined
        ? undefined
        : setInterval(() => {
            if (document.visibilityState === 'visible' && isCounting(latest)) reader.request();
          }, againMs);
    return () => {
      end();
      clearInterval(timer);
      reader.stop();
    };
  }, [path]);
  return state.path === path ? state : { data: kept.get(path) as T | undefined };
}

/** Reads one path, never concurrently, and with pauses in between. */
class Reader<T> {
  readonly #path: string;
  readonly #onResult: (result: Resource<T>) => void;
  readonly #abort = new AbortController();
  #isBusy = false;
  #isRequested = false;

  constructor(path: string, onResult: (result: Resource<T>) => void) {
    this.#path = path;
    this.#onResult = onResult;
  }

  request(): void {
    this.#isRequested = true;
    if (!this.#isBusy) void this.#read();
  }

  stop(): void {
    this.#abort.abort();
  }

  async #read(): Promise<void> {
    this.#isBusy = true;
    this.#isRequested = false;
    const { signal } = this.#abort;
    const begun = performance.now();
    try {
      const data = await read<T>(this.#path, signal);
      if (!signal.aborted) this.#onResult({ data });
    } catch (error) {
      if (!signal.aborted) this.#onResult({ error: error as ReadError });
    }
    const pauseMs = Math.max(MIN_PAUSE_MS, PAUSE_PER_READ * (performance.now() - begun));
    setTimeout(() => {
      this.#isBusy = false;
      if (this.#isRequested && !signal.aborted) void this.#read();
    }, pauseMs);
  }
}
