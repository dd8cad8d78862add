/**
 * The key of a spec that marks its traffic as a load test: `loadTest` in TypeScript, `loadtest` in JSON and on the
 * wire.
 *
 * Pure; sandbox code. A workflow accepts both keys, since its input may come from either. Specs are checked and stored
 * with `loadtest`; only this file reads that key, so that TypeScript's types have `loadTest` alone.
 */

import { isRecord } from './util/untrusted';

const TYPED_KEY = 'loadTest';
const WIRE_KEY = 'loadtest';

/** A spec as TypeScript declares it. */
interface LoadTestSpec {
  readonly loadTest?: boolean | null;
}

/** Returns the value of a valid spec's key, `loadTest` or `loadtest`; `undefined` if it has neither. */
export function loadTestOf(spec: LoadTestSpec): boolean | undefined {
  return withTypedKey(spec).loadTest ?? undefined;
}

/** Returns the spec as it is sent and stored: with the key `loadtest`. A spec with both keys is unchanged. */
export function withWireKey<Spec extends object>(spec: Spec): Spec {
  return renamed(spec, TYPED_KEY, WIRE_KEY);
}

/** Returns the spec as TypeScript declares it: with the key `loadTest`. A spec with both keys is unchanged. */
export function withTypedKey<Spec extends object>(spec: Spec): Spec {
  return renamed(spec, WIRE_KEY, TYPED_KEY);
}

/** Returns the problem with a spec that has both keys; `undefined` if there is none. */
export function bothKeysProblem(spec: object): string | undefined {
  const members = new Map<string, unknown>(Object.entries(spec));
  const hasBoth = members.get(TYPED_KEY) !== undefined && members.get(WIRE_KEY) !== undefined;
  return hasBoth ? 'loadtest: means the same as loadTest; leave out one of them' : undefined;
}

/** Inputs of workflows are not trusted: whatever is not an object is unchanged, and refused where it is checked. */
function renamed<Spec extends object>(spec: Spec, from: string, to: string): Spec {
  if (!isRecord(spec)) return spec;
  const members = new Map<string, unknown>(Object.entries(spec));
  if (members.get(from) === undefined || members.get(to) !== undefined) return spec;
  const entries = [...members].filter(([key]) => key !== to);
  return Object.fromEntries(entries.map(([key, value]) => [key === from ? to : key, value])) as Spec;
}
