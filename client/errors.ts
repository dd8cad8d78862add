/**
 * Errors of the client.
 *
 * `instanceof` goes by a brand, not by the class: the package may be installed twice.
 */
import type { SearchAttributeName } from '../interceptors/shared/search-attributes';

const TRACE_ID_ERROR = Symbol.for('temporal-job-tracing.TraceIdError');
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
