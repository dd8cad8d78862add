/**
 * Receives spans over OTLP/HTTP.
 */
export type { IngestStatus } from './counters';
export { createIngest, type Ingest, type IngestOptions } from './ingest';
