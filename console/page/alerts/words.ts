/**
 * Short labels of alert types, for the beginning and the end of a problem.
 */
import type { OpenAlert } from '../../types';

type Words = { readonly open: string; readonly resolved: string };

/** The labels by type of alert. */
export const TYPE_WORDS: Readonly<Record<OpenAlert['type'], Words>> = {
  'job.failed': { open: 'failed', resolved: 'recovered' },
  'job.failing': { open: 'failing', resolved: 'recovered' },
  'job.recovered': { open: 'recovered', resolved: 'recovered' },
  'job.slow': { open: 'slow', resolved: 'slow, ended' },
  'job.overdue': { open: 'overdue', resolved: 'no longer overdue' },
  'job.no_worker': { open: 'no worker', resolved: 'has a worker again' },
  'job.stuck': { open: 'stuck', resolved: 'no longer stuck' },
  'watcher.blind': { open: 'alerting impaired', resolved: 'alerting restored' },
  'watcher.test': { open: 'test', resolved: 'test' },
};
