/** What a fleet is given to run: runs of every kind, and what is called in every way. */
export {
  branches,
  cancellable,
  continues,
  cronParent,
  everyCommand,
  failsOnce,
  localActivities,
  localBackoff,
  nudgesParent,
  oneActivity,
  parent,
  waits,
  waitsTwice,
} from './histories';
export { callsNexus } from './nexus';
