/**
 * The kind of child that workflow code of this package starts. It is passed to the interceptors under a symbol
 * in the child's options, which the SDK passes on but does not send.
 *
 * Pure.
 */

import type { ShardInfo } from './job-metadata';
import type { TopLevelHeader } from './trace-header';
import { hiddenMark } from './workflow-scope';

/** A shard to start. Its trace ID is chosen beforehand, so that binding adds no event to its history. */
export interface ShardStart {
  readonly kind: 'shard';
  readonly shard: ShardInfo;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly sampled: boolean;
}

/** The kind of a child with its own trace: a top-level run or a shard. */
export type ChildKind = TopLevelHeader | ShardStart;

const KIND = hiddenMark<ChildKind>('child-kind');

/** Returns the child's options with its kind; without the plugin, the kind has no effect. */
export function withChildKind<T extends object>(options: T, kind: ChildKind): T {
  return { ...options, ...KIND.as(kind) };
}

/** Returns the kind set by {@link withChildKind}; `undefined` for any other child. */
export function childKindOf(options: object): ChildKind | undefined {
  return KIND.of(options);
}
