/** The workflows of a worker's second version. */
export {
  byDefault,
  jobTick,
  mapReduceBranch,
  pinned,
  scheduledJob,
  upgraded,
  waits,
} from './version-one';

export async function version(): Promise<string> {
  return 'two';
}
