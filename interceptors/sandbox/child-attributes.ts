/**
 * The search attributes that a bound parent gives an ordinary child at its start, so that binding costs the
 * child no event.
 *
 * Sandbox code. What the user gave stays; only our own names are replaced.
 */
import {
  defineSearchAttributeKey,
  type SearchAttributePair,
  type TypedSearchAttributes,
} from '@temporalio/common';
import type { ChildWorkflowOptions } from '@temporalio/workflow';
import type { Run } from './run';
import { attributesOfChild } from './run-attributes';

/** The child's options with the attributes of `run`'s trace added. */
export function bindChild<T extends ChildWorkflowOptions>(options: T, run: Run): T {
  const given = options.typedSearchAttributes;
  const users = given === undefined ? [] : pairsOf(given);
  const ours = attributesOfChild(run, jobNameGiven(options, users));
  const names = new Set(ours.map(({ key }) => key.name));
  return { ...options, typedSearchAttributes: [...users.filter(({ key }) => !names.has(key.name)), ...ours] };
}

function pairsOf(attributes: TypedSearchAttributes | SearchAttributePair[]): SearchAttributePair[] {
  return Array.isArray(attributes) ? attributes : attributes.getAll();
}

function jobNameGiven(
  options: ChildWorkflowOptions,
  users: readonly SearchAttributePair[],
): string | undefined {
  const name = defineSearchAttributeKey('JobName', 'KEYWORD').name;
  const typed = users.find(({ key }) => key.name === name)?.value;
  if (typeof typed === 'string') return typed;
  const untyped = options.searchAttributes?.[name]?.[0];
  return typeof untyped === 'string' ? untyped : undefined;
}
