/**
 * When a service asks to be called again.
 *
 * Pure.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */

/** Temporal takes no delay for no retry. */
const MIN_MS = 1;
/** A job that slept longer would look forgotten. */
const MAX_MS = 3_600_000;

/** Milliseconds from `nowMs`, 1 to 3,600,000; `undefined`: it does not say. Never throws. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (!/^(\d+$|[A-Z][a-z]+,)/.test(text)) return undefined;
  const ms = /^\d/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, MIN_MS), MAX_MS);
}
