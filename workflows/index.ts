/**
 * `temporal-job-tracing/workflows`: workflows of this package that a user's workflow bundle exports.
 */
export { mapReduceBranch } from './map-reduce/branch';
