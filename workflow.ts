/**
 * `temporal-job-tracing/workflow`: functions for workflow code, with their types. Sandbox code throughout.
 */

export type { JobInfo } from './core/job-info';
export type { ShardInfo } from './core/job-metadata';
export type { JobTrigger } from './core/search-attributes';
export type { DurationText, DurationUnit, JobRetryPolicy } from './core/util/duration';
export { jobInfo } from './workflows/job-info';
export { type ForEachItemOptions, forEachItem } from './workflows/map-reduce/for-each-item';
export { type MapReduceOutcome, mapReduce } from './workflows/map-reduce/map-reduce';
export type {
  ItemPage,
  ItemPages,
  ItemShard,
  MapReduceOptions,
  MapReduceSettings,
  RangeShard,
  ShardWorkflow,
} from './workflows/map-reduce/options';
export type { ShardCounts, ShardFailure } from './workflows/map-reduce/tally';
export { ownTrace } from './workflows/own-trace';
