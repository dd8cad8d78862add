/**
 * The search attributes that a bound parent sets on an ordinary child or a shard in its start, so that binding
 * adds no event to the child's history.
 *
 * Sandbox code. The user's attributes stay; only those of our own names are replaced.
 */
import type { SearchAttributePair, TypedSearchAttributes } from '@temporalio/common';
import type { ChildWorkflowOptions } from '@temporalio/workflow';
import type { ShardStart } from '../../core/child-kind';
import { attributeOf } from '../../core/job-name';
import { haveRoom, toKeyword } from '../../core/server-limits';
import type { Run } from './run';
import { attributesOf } from './run-attributes';

/**
 * Returns the child's start with the attributes of its trace: the run's, or the shard's own; unchanged if
 * there is no room for them.
 */
export function bindChild<Input extends { readonly options: ChildWorkflowOptions }>(
  input: Input,
  run: Run,
  shard?: ShardStart,
): Input {
  if (!run.bound) return input;
  const { options } = input;
  const users = pairsIn(options.typedSearchAttributes ?? []);
  const ours = attributesOf(shard ?? run.root, {
    name: jobNameIn(options, users) ?? run.jobName,
    trigger: shard ? 'shard' : 'child',
    runId: run.jobRunId,
  });
  const others = users.filter(({ key }) => attributeOf(ours, key.name) === undefined);
  if (!haveRoom([...others, ...ours])) return input;
  return { ...input, options: { ...options, typedSearchAttributes: [...others, ...ours] } };
}

function pairsIn(attributes: TypedSearchAttributes | SearchAttributePair[]): SearchAttributePair[] {
  return Array.isArray(attributes) ? attributes : attributes.getAll();
}

/** Returns the job name that user code has set on the child, in either form of search attributes. */
function jobNameIn(options: ChildWorkflowOptions, users: readonly SearchAttributePair[]): string | undefined {
  const values = [attributeOf(users, 'JobName'), options.searchAttributes?.JobName?.[0]];
  const name = values.find((value) => typeof value === 'string');
  return name === undefined ? undefined : toKeyword(name);
}
