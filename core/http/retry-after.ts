/**
 * The delay that a service requests with the header `retry-after`.
 *
 * Pure.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */

/** Shortest delay: Temporal does not retry if the delay is 0. */
const MIN_MS = 1;
/** Longest delay: a job that waits longer looks forgotten. */
const MAX_MS = 3_600_000;

/**
 * Returns the requested delay from `nowMs` (milliseconds since the epoch), in milliseconds from 1 to 3,600,000;
 * `undefined` if the header has none. Never throws.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (!/^(\d+$|[A-Z][a-z]+,)/.test(text)) return undefined;
  const ms = /^\d/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, MIN_MS), MAX_MS);
}
