/**
 * Errors of the client.
 */
import type { SearchAttributeName } from '../core/search-attributes';
import { defineErrorClass } from '../core/util/error-class';
import type { LiveRule } from '../sampling/redis/live-rule';

/** What is wrong with a text that should be a trace id. */
export type TraceIdProblem = 'type' | 'length' | 'characters' | 'zero';

/** A trace id or run id that cannot be one. */
export class TraceIdError extends Error {
  readonly problem: TraceIdProblem;
  /** What was given. */
  readonly value: unknown;

  constructor(
    message: string,
    fields: { readonly problem: TraceIdProblem; readonly value: unknown },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.problem = fields.problem;
    this.value = fields.value;
  }
}
defineErrorClass(TraceIdError, 'TraceIdError');

/**
 * An attribute that the namespace has with another type, as in
 * `{ name, expected: 'Keyword', actual: 'Text' }`.
 */
export interface WrongSearchAttribute {
  readonly name: SearchAttributeName;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Why the search attributes cannot be used:
 *
 * - `wrong-type`: the namespace has one of them with another type;
 * - `denied`: the caller may not read or register them, or the server does not offer it (Temporal Cloud);
 * - `limit`: the namespace has no room (SQL visibility: 10 Keyword and 3 Bool);
 * - `unavailable`: the server did not do it, or not in time.
 */
export type SearchAttributesProblem = 'wrong-type' | 'denied' | 'limit' | 'unavailable';

export interface SearchAttributesErrorFields {
  readonly problem: SearchAttributesProblem;
  readonly namespace: string;
  /** Not registered, as far as is known. */
  readonly missing: readonly SearchAttributeName[];
  readonly wrongType: readonly WrongSearchAttribute[];
  /** What someone with the right to do so can run instead. */
  readonly commands: readonly string[];
}

/** The search attributes are not there, and could not be made. */
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
export interface SamplingConflictFields {
  /** Job name or pattern. */
  readonly job: string;
  /** Revision of the policy as it is now. */
  readonly revision: number;
  /** Revision of the policy that the change was based on. */
  readonly expectedRevision?: number;
  /** The rule that holds now; left out if there is none. */
  readonly current?: LiveRule;
  /** The rule that was not written; left out for a removal. */
  readonly wanted?: LiveRule;
}

/** The sampling policy was changed by someone else in the meantime; nothing was written. */
export class SamplingConflictError extends Error implements SamplingConflictFields {
  readonly job: string;
  readonly revision: number;
  readonly expectedRevision?: number;
  readonly current?: LiveRule;
  readonly wanted?: LiveRule;

  constructor(message: string, fields: SamplingConflictFields, options?: ErrorOptions) {
    super(message, options);
    const { job, revision, expectedRevision, current, wanted } = fields;
    this.job = job;
    this.revision = revision;
    if (expectedRevision !== undefined) this.expectedRevision = expectedRevision;
    if (current !== undefined) this.current = current;
    if (wanted !== undefined) this.wanted = wanted;
  }
}
defineErrorClass(SamplingConflictError, 'SamplingConflictError');

/** The error for a change that somebody else came before. */
export function samplingConflict(fields: SamplingConflictFields): SamplingConflictError {
  const { job, revision, expectedRevision, current } = fields;
  const base = expectedRevision === undefined ? '' : `, not at ${expectedRevision}`;
  const by = current?.by === undefined ? '' : ` (the rule in force is by ${current.by})`;
  const message = `sampling rule '${job}' was not changed: the policy is at revision ${revision}${base}${by}`;
  return new SamplingConflictError(message, fields);
}
