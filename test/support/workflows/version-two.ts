/** The workflows of the second version of a worker deployment. */
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
