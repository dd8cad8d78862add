/** The game has no workflow of its own: its jobs are ticks of `scheduledJob` that run `httpJob`. */
export { httpJob, jobTick, scheduledJob } from 'temporal-job-tracing/workflows';
