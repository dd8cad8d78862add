/**
 * Errors that the client throws.
 */
import type { SearchAttributeName } from '../core/search-attributes';
import { defineErrorClass } from '../core/util/error-class';
import type { LiveRule } from '../sampling/redis/live-rule';

/** Why a value is not a trace id: its type, its length, characters that are not hex digits, or only zeros. */
export type TraceIdProblem = 'type' | 'length' | 'characters' | 'zero';

/** Fields of a {@link TraceIdError}. */
export interface TraceIdErrorFields {
  readonly problem: TraceIdProblem;
  /** The value that was passed. */
  readonly value: unknown;
}

/** Thrown for a value that is not a trace id or not a run id. */
export class TraceIdError extends Error implements TraceIdErrorFields {
  readonly problem: TraceIdProblem;
  readonly value: unknown;

  constructor(message: string, fields: TraceIdErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.problem = fields.problem;
    this.value = fields.value;
  }
}
defineErrorClass(TraceIdError, 'TraceIdError');

/** A search attribute registered with another type, as in `{ name, expected: 'Keyword', actual: 'Text' }`. */
export interface WrongSearchAttribute {
  readonly name: SearchAttributeName;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Why the search attributes cannot be used:
 *
 * - `wrong-type`: the namespace has one of them with another type;
 * - `denied`: the caller may not read or register them, or the server does not support it (Temporal Cloud);
 * - `limit`: the namespace has no room (SQL visibility: 10 Keyword and 3 Bool);
 * - `unavailable`: the server failed to do so, or not in time.
 */
export type SearchAttributesProblem = 'wrong-type' | 'denied' | 'limit' | 'unavailable';

/** Fields of a {@link SearchAttributesError}. */
export interface SearchAttributesErrorFields {
  readonly problem: SearchAttributesProblem;
  readonly namespace: string;
  /** Search attributes that are not registered, as far as is known. */
  readonly missing: readonly SearchAttributeName[];
  readonly wrongType: readonly WrongSearchAttribute[];
  /** Commands that register the attributes, for someone with the permission to run them. */
  readonly commands: readonly string[];
}

/** Thrown if search attributes are missing or have a wrong type, and could not be registered. */
export class SearchAttributesError extends Error implements SearchAttributesErrorFields {
  readonly problem: SearchAttributesProblem;
  readonly namespace: string;
  readonly missing: readonly SearchAttributeName[];
  readonly wrongType: readonly WrongSearchAttribute[];
  readonly commands: readonly string[];

  constructor(message: string, fields: SearchAttributesErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.problem = fields.problem;
    this.namespace = fields.namespace;
    this.missing = fields.missing;
    this.wrongType = fields.wrongType;
    this.commands = fields.commands;
  }
}
defineErrorClass(SearchAttributesError, 'SearchAttributesError');

/** Fields of a {@link SamplingConflictError}. */
export interface SamplingConflictErrorFields {
  /** Job name or pattern of the rule. */
  readonly job: string;
  /** Current revision of the policy. */
  readonly revision: number;
  /** Revision of the policy that the change was based on. */
  readonly expectedRevision?: number;
  /** The rule in force; left out if there is none. */
  readonly current?: LiveRule;
  /** The rule that was not written; left out for a removal. */
  readonly proposed?: LiveRule;
}

/** Thrown if someone else has changed the sampling policy in the meantime; nothing was written. */
export class SamplingConflictError extends Error implements SamplingConflictErrorFields {
  readonly job: string;
  readonly revision: number;
  readonly expectedRevision?: number;
  readonly current?: LiveRule;
  readonly proposed?: LiveRule;

  constructor(message: string, fields: SamplingConflictErrorFields, options?: ErrorOptions) {
    super(message, options);
    const { job, revision, expectedRevision, current, proposed } = fields;
    this.job = job;
    this.revision = revision;
    if (expectedRevision !== undefined) this.expectedRevision = expectedRevision;
    if (current !== undefined) this.current = current;
    if (proposed !== undefined) this.proposed = proposed;
  }
}
defineErrorClass(SamplingConflictError, 'SamplingConflictError');

/** Returns the error for a change that conflicts with an earlier one. */
export function samplingConflict(fields: SamplingConflictErrorFields): SamplingConflictError {
  const { job, revision, expectedRevision, current } = fields;
  const base = expectedRevision === undefined ? '' : `, not at ${expectedRevision}`;
  const by = current?.by === undefined ? '' : ` (the rule in force is by ${current.by})`;
  const message = `sampling rule '${job}' was not changed: the policy is at revision ${revision}${base}${by}`;
  return new SamplingConflictError(message, fields);
}
