/**
 * Errors of the client.
 *
 * `instanceof` goes by a brand, not by the class: the package may be installed twice.
 */
import type { SearchAttributeName } from '../core/search-attributes';
import type { LiveRule } from '../sampling/redis/live-rule';

const TRACE_ID_ERROR = Symbol.for('temporal-job-tracing.TraceIdError');
const SAMPLING_CONFLICT_ERROR = Symbol.for('temporal-job-tracing.SamplingConflictError');
const SEARCH_ATTRIBUTES_ERROR = Symbol.for('temporal-job-tracing.SearchAttributesError');

function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && brand in value;
}

/** What is wrong with a text that should be a trace id. */
export type TraceIdProblem = 'type' | 'length' | 'characters' | 'zero';

/** A trace id or run id that cannot be one. */
export class TraceIdError extends Error {
  override readonly name = 'TraceIdError';
  readonly [TRACE_ID_ERROR] = true;

  constructor(
    message: string,
    readonly problem: TraceIdProblem,
    /** What was given. */
    readonly value: unknown,
  ) {
    super(message);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value, TRACE_ID_ERROR);
  }
}

/** An attribute that the namespace has with another type, as in `{ name, expected: 'Keyword', actual: 'Text' }`. */
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
  override readonly name = 'SearchAttributesError';
  readonly [SEARCH_ATTRIBUTES_ERROR] = true;
  readonly problem: SearchAttributesProblem;
  readonly namespace: string;
  readonly missing: readonly SearchAttributeName[];
  readonly wrongType: readonly WrongSearchAttribute[];
  readonly commands: readonly string[];

  constructor(message: string, fields: SearchAttributesErrorFields, cause?: unknown) {
    super(message, { cause });
    this.problem = fields.problem;
    this.namespace = fields.namespace;
    this.missing = fields.missing;
    this.wrongType = fields.wrongType;
    this.commands = fields.commands;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value, SEARCH_ATTRIBUTES_ERROR);
  }
}

export interface SamplingConflictFields {
  /** Of the policy as it is now. */
  readonly revision: number;
  /** Of the policy that the change was based on. */
  readonly expectedRevision?: number;
  /** The rule that holds now; left out if there is none. */
  readonly current?: LiveRule;
  /** The rule that was not written; left out for a removal. */
  readonly wanted?: LiveRule;
}

/** The sampling policy was changed by someone else in the meantime; nothing was written. */
export class SamplingConflictError extends Error implements SamplingConflictFields {
  override readonly name = 'SamplingConflictError';
  readonly [SAMPLING_CONFLICT_ERROR] = true;
  readonly revision: number;
  readonly expectedRevision?: number;
  readonly current?: LiveRule;
  readonly wanted?: LiveRule;

  constructor(
    /** Job name or pattern. */
    readonly job: string,
    { revision, expectedRevision, current, wanted }: SamplingConflictFields,
  ) {
    const base = expectedRevision === undefined ? '' : `, not at ${expectedRevision}`;
    const by = current?.by === undefined ? '' : ` (the rule in force is by ${current.by})`;
    super(`sampling rule '${job}' was not changed: the policy is at revision ${revision}${base}${by}`);
    this.revision = revision;
    if (expectedRevision !== undefined) this.expectedRevision = expectedRevision;
    if (current !== undefined) this.current = current;
    if (wanted !== undefined) this.wanted = wanted;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasBrand(value, SAMPLING_CONFLICT_ERROR);
  }
}
