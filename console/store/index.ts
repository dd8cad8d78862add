/**
 * What the rest of the console uses of the store.
 */
export { defaultDataDirectory } from './directory';
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
export { openStore, type Store, type StoreOptions } from './store';
export { StoreError, type StoreProblem } from './store-error';
export type { StoreLimits } from './thread/messages';
