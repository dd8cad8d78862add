/** The workers that record histories: their options of the plugin, and their kinds of runs. */
import type { JobTracingOptions } from 'temporal-job-tracing';
import { KINDS, type KindName } from './kinds';

/** A namespace without the plugin's search attributes. */
export const UNREGISTERED = 'unregistered';

export interface Setup {
  /** The worker's options of the plugin; `null`: without it. */
  readonly plugin: JobTracingOptions | null;
  /** The bundle's options of the plugin; `null`: without it. @default the worker's */
  readonly bundle?: JobTracingOptions | null;
  /** @default 'default' */
  readonly namespace?: string;
  readonly kinds: readonly KindName[];
}

const EVERY = Object.keys(KINDS) as KindName[];
const MAIN: readonly KindName[] = [
  'start',
  'cron',
  'retry',
  'continue-as-new',
  'child',
  'manual',
  'failed',
  'random',
  'map-reduce-failing',
];

export const SETUPS: Readonly<Record<string, Setup>> = {
  'with-plugin': { plugin: {}, kinds: EVERY },
  // The controller has no markers even with the plugin, and its history is the largest.
  'without-plugin': { plugin: null, kinds: EVERY.filter((kind) => kind !== 'scheduled-job-continued') },
  unsampled: {
    plugin: { sampling: { default: { ratio: 0, keepSlow: { overMs: 1_000 } } } },
    kinds: [
      ...MAIN,
      ...(['cron-signalled', 'cron-child', 'schedule', 'slow', 'reset', 'manual-by-client'] as const),
      ...(['failed-task', 'map-reduce-stopped', 'scheduled-job', 'http-job-failing', 'nexus'] as const),
    ],
  },
  rules: {
    plugin: {
      sampling: {
        jobs: {
          oneActivity: 1,
          random: { atMost: { runs: 1, per: '31 days' } },
          asksForItsJob: { ratio: 0, atLeast: { runs: 1, per: '31 days' } },
        },
      },
    },
    kinds: ['start', 'two-runs', 'job-context'],
  },
  'bind-sampled': { plugin: { bind: 'sampled' }, kinds: MAIN },
  'bind-sampled-unsampled': {
    plugin: { bind: 'sampled', sampling: { default: 0 } },
    kinds: [...MAIN, 'scheduled-job'],
  },
  unbound: {
    plugin: { registerSearchAttributes: false },
    namespace: UNREGISTERED,
    kinds: [...MAIN, 'scheduled-job'],
  },
  disabled: {
    plugin: { enabled: false },
    kinds: [...MAIN, 'schedule', 'reset', 'nexus', 'scheduled-job', 'http-job'],
  },
  /** A bundle with the plugin on a worker without it. */
  absent: { plugin: null, bundle: {}, kinds: [...MAIN, 'scheduled-job'] },
  /** A bundle without the plugin on a worker with it. */
  'not-bundled': { plugin: {}, bundle: null, kinds: ['start', 'child', 'map-reduce-failing'] },
};
