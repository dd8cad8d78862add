/**
 * How workflow code of this package tells the interceptors what kind of child it starts: under a symbol in the
 * child's options, which the SDK carries along and does not send.
 *
 * Pure.
 */

import type { ShardFacts } from './job-facts';
import type { JobPart } from './trace-header';
import { hiddenMark } from './workflow-scope';

/** A shard to be: its trace id is chosen before it starts, so that binding costs it no event. */
export interface ShardStart {
  readonly kind: 'shard';
  readonly shard: ShardFacts;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly sampled: boolean;
}

export type ChildKind = Extract<JobPart, { readonly kind: 'top' }> | ShardStart;

const KIND = hiddenMark<ChildKind>('child-kind');

/** Child options that say what kind of child it is; without the plugin they mean nothing. */
export function withChildKind<T extends object>(options: T, kind: ChildKind): T {
  return { ...options, ...KIND.as(kind) };
}

/** What {@link withChildKind} said. */
export function childKindOf(options: object): ChildKind | undefined {
  return KIND.of(options);
}
