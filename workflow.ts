/**
 * `temporal-job-tracing/workflow`: what workflow code calls. Sandbox code, all that it exports.
 */
export type { JobContext } from './core/job-context';
export type { ShardFacts } from './core/job-facts';
export type { JobTrigger } from './core/search-attributes';
export { jobContext } from './workflows/job-context';
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
