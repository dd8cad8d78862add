/** What a fleet is given to run: every workflow that the ways of a start need. */
export { continues, oneActivity, parent, waits } from './jobs';
export { callsNexus } from './nexus';
