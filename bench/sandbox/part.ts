/**
 * Part `sandbox`: the cost of a plugin in the workflow sandbox, without a server. Measures the CPU time of a workflow
 * from its creation to its eviction, the heap of a cached workflow, and the size of the bundle.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { WorkerOptions } from '@temporalio/worker';
import { hostHintActivity } from '../../sampling/host-hint';
import { resolvePolicy } from '../../sampling/policy';
import { constantPolicyStore } from '../../sampling/policy-store';
import { composeMarkerHost, hostHintFor } from '../../worker/marker-host';
import { createRunDecisions } from '../../worker/run-decisions';
import { type Bundles, bundleKindOf, createBundles } from '../core/bundles';
import { counted, type Figure, figure, type PartOptions, type PartResult, type Target } from '../core/figure';
import { alternate, type Round, roundsOf } from '../core/rounds';
import { type Estimate, estimate, midmean } from '../core/statistics';
import {
  isOurs,
  OUR_OPTIONS,
  OURS,
  type OursVariant,
  shareOfOfficial,
  VARIANTS,
  type Variant,
} from '../core/variants';
import { checkVariant } from './check';
import { type CachedRun, Sandbox } from './sandbox';

const CPU = { rounds: 150, warmUp: 30, runs: 5 };
const HEAP = { rounds: 6, warmUp: 1, runs: 60 };

/** Targets, in percent of what the official plugin adds. */
const SAMPLED = { cpu: { atMost: 10 }, heap: { atMost: 5 } };
const UNSAMPLED = { cpu: { atMost: 5 }, heap: { atMost: 5 } };
/** Target for the bundle: 2.4 % of what the official plugin adds, once for each worker. */
const BUNDLE_GROWTH_KB: Target = { atMost: 40 };

/** Measures the workflow sandbox. */
export async function benchSandbox(options: PartOptions): Promise<PartResult> {
  const bundles = await createBundles();
  const sandboxes = await createSandboxes(bundles);
  try {
    for (const variant of VARIANTS) await checkVariant(variant, sandboxes[variant]);
    const cpuRounds = { rounds: roundsOf(CPU.rounds, options), warmUp: roundsOf(CPU.warmUp, options) };
    const cpu = await alternate(VARIANTS, cpuRounds, (variant) => cpuMsPerRun(sandboxes[variant]));
    const heapRounds = { rounds: roundsOf(HEAP.rounds, options), warmUp: HEAP.warmUp };
    const heap = await alternate(VARIANTS, heapRounds, (variant) => heapKbPerRun(sandboxes[variant]));
    const figures = [
      ...VARIANTS.map((variant) => figure(`CPU of a workflow, ${variant}`, 'ms', absolute(cpu, variant))),
      ...OURS.map((variant) =>
        figure(
          `CPU added, ${variant}`,
          '% of official',
          shareOfOfficial(cpu, variant, (ms) => ms),
          targetOf(variant, 'cpu'),
        ),
      ),
      ...VARIANTS.map((variant) =>
        figure(`heap of a cached workflow, ${variant}`, 'KB', absolute(heap, variant)),
      ),
      ...OURS.map((variant) =>
        figure(
          `heap added, ${variant}`,
          '% of official',
          shareOfOfficial(heap, variant, (kb) => kb),
          targetOf(variant, 'heap'),
        ),
      ),
      ...bundleFigures(bundles),
    ];
    return { part: 'sandbox', figures };
  } finally {
    for (const sandbox of Object.values(sandboxes)) await sandbox.close();
  }
}

async function createSandboxes(bundles: Bundles): Promise<Record<Variant, Sandbox>> {
  const sandboxes: Partial<Record<Variant, Sandbox>> = {};
  for (const variant of VARIANTS)
    sandboxes[variant] = await Sandbox.create(
      bundles[bundleKindOf(variant)],
      hostOf(variant),
      activitiesOf(variant),
    );
  return sandboxes as Record<Variant, Sandbox>;
}

/** Returns the plugin's own host for decision and binding, in a namespace where all attributes are registered. */
function hostOf(variant: Variant): WorkerOptions['patchActivationCallback'] {
  if (!isOurs(variant)) return undefined;
  const { bind, sampling } = OUR_OPTIONS[variant];
  const policy = constantPolicyStore(resolvePolicy(sampling));
  return composeMarkerHost(
    { enabled: true, bind, policy, mayBind: () => true, decisions: createRunDecisions() },
    undefined,
  );
}

/** Returns the names of a worker's activities, including the plugin's own. */
function activitiesOf(variant: Variant): string[] {
  if (!isOurs(variant)) return ['work'];
  const { bind, sampling } = OUR_OPTIONS[variant];
  return ['work', hostHintActivity(hostHintFor({ enabled: true, bind }, resolvePolicy(sampling), true))];
}

async function cpuMsPerRun(sandbox: Sandbox): Promise<number> {
  collectGarbage({ type: 'minor' });
  const before = process.cpuUsage();
  for (let index = 0; index < CPU.runs; index++) await sandbox.end(await sandbox.begin());
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / CPU.runs;
}

async function heapKbPerRun(sandbox: Sandbox): Promise<number> {
  const cached: CachedRun[] = [];
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < HEAP.runs; index++) {
    const { workflow, runId } = await sandbox.begin();
    cached.push({ workflow, runId });
  }
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  for (const run of cached) await sandbox.end(run);
  return bytes / 1_024 / HEAP.runs;
}

setFlagsFromString('--expose-gc');
const collectGarbage: (options?: { type: 'minor' }) => void = runInNewContext('gc');

function absolute(rounds: readonly Round<Variant, number>[], variant: Variant): Estimate {
  return estimate(rounds, (some) => midmean(some.map((round) => round[variant])));
}

function targetOf(variant: OursVariant, what: 'cpu' | 'heap'): Target | undefined {
  if (variant === 'ours, ratio 0.01') return undefined;
  return (variant === 'ours, ratio 1' ? SAMPLED : UNSAMPLED)[what];
}

function bundleFigures(bundles: Bundles): Figure[] {
  const growthKb = (kind: 'official' | 'all') =>
    (bundles[kind].code.length - bundles.none.code.length) / 1_024;
  return [
    counted('bundle growth, official plugin', 'KB', growthKb('official')),
    counted('bundle growth, ours', 'KB', growthKb('all'), BUNDLE_GROWTH_KB),
  ];
}
