/**
 * The store of spans and of summaries of closed runs.
 */
export { defaultDataDirectory } from './directory';
export { DEFAULT_LIMITS, type KeepLimits, parseLimits, type StoreLimits } from './limits';
export { ownBytes } from './own-bytes';
export type {
  ClosedState,
  FillCursor,
  IndexedJob,
  RunBarSummary,
  RunIndex,
  RunPageOf,
  RunQuery,
  RunSummary,
  StoredProfile,
} from './runs/run-index';
export { decodeChunk } from './spans/chunk-body';
export type { SpanStoreStatus, StoredChunks } from './spans/span-store';
export type { RawRequest, WriteOutcome } from './spans/write-requests';
export { openStore, type Spans, type Store, type StoreOptions } from './store';
export { StoreError, type StoreProblem } from './store-error';
