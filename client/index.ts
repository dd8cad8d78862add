/**
 * `temporal-job-tracing/client`: from a trace to its runs, from a run to its trace, and the search attributes
 * of a namespace.
 */
export type {
  JobTrigger,
  SearchAttributeName,
} from '../interceptors/shared/search-attributes';
export {
  SearchAttributesError,
  type SearchAttributesErrorFields,
  type SearchAttributesProblem,
  TraceIdError,
  type TraceIdProblem,
  type WrongSearchAttribute,
} from './errors';
export type { JobRun } from './job-run';
export {
  JobTracingClient,
  type JobTracingClientOptions,
  type RunReference,
  type RunTrace,
  type TraceRuns,
} from './job-tracing-client';
export type { SearchAttributesRegistration } from './search-attributes';
export type { TraceUrlOption, TraceUrlPreset } from './trace-url-option';
