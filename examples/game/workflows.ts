/** The game has no workflows of its own: its scheduled jobs run `httpJob`. */
export { httpJob, jobTick, scheduledJob } from 'temporal-job-tracing/workflows';
