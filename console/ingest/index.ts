/**
 * What the console's server uses to take spans.
 */
export type { IngestStatus } from './counters';
export { createIngest, type Ingest, type IngestOptions } from './ingest';
