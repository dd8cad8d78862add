/** Workflows of a fleet's runs: every kind of run, and every kind of call. */
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
