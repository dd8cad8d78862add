/** The figures of part `server`, from its rounds. Pure. */
import { counted, type Figure, figure, figureWith, type Target } from '../core/figure';
import type { Round } from '../core/rounds';
import { type Estimate, estimate, midmean, quantile } from '../core/statistics';
import { isOurs, OURS, type OursVariant, shareOfOfficial, VARIANTS, type Variant } from '../core/variants';
import type { HistorySizes } from './runs';

/** Measurements of one variant in one round. */
export interface Measured {
  /** Milliseconds from the start of each run to its result. */
  readonly tookMs: readonly number[];
  readonly runsPerSecond: number;
  /** CPU time of the worker process for each run, in milliseconds. */
  readonly workerMs: number;
  /** CPU time of the server for each run, in milliseconds; left out if it cannot be read. */
  readonly serverMs?: number;
}

type Rounds = readonly Round<Variant, Measured>[];

/** Targets for the CPU time added to a run, in percent of what the official plugin adds. */
const CPU_TARGET: Readonly<Record<OursVariant, Target | undefined>> = Object.freeze({
  'ours, ratio 1': { atMost: 25 },
  'ours, ratio 0.01': { atMost: 25 },
  'ours, ratio 0': { atMost: 25 },
  "ours, ratio 0, bind: 'sampled'": { atMost: 3 },
});
/** Target for the difference of run times, in percent; a difference whose interval includes zero does not count. */
const LONGER: Target = { atMost: 3 };
const QUANTILES = { p50: 0.5, p99: 0.99 };

/** Returns the figures of a workload. */
export function workloadFigures(workload: string, rounds: Rounds): Figure[] {
  const of = (variant: Variant, read: (measured: Measured) => number) =>
    estimate(rounds, (some) => midmean(some.map((round) => read(round[variant]))));
  const hasServer = rounds.every((round) =>
    VARIANTS.every((variant) => round[variant].serverMs !== undefined),
  );
  const each = (what: string, unit: string, read: (measured: Measured) => number) =>
    VARIANTS.map((variant) => figure(`${workload}: ${what}, ${variant}`, unit, of(variant, read)));
  return [
    ...each('worker CPU of a run', 'ms', ({ workerMs }) => workerMs),
    ...OURS.map((variant) =>
      figure(
        `${workload}: worker CPU added, ${variant}`,
        '% of official',
        shareOfOfficial(rounds, variant, ({ workerMs }) => workerMs),
        CPU_TARGET[variant],
      ),
    ),
    ...each('throughput', 'runs/s', ({ runsPerSecond }) => runsPerSecond),
    ...(hasServer ? each('server CPU of a run', 'ms', ({ serverMs }) => serverMs ?? Number.NaN) : []),
    ...Object.entries(QUANTILES).flatMap(([name, share]) => [
      ...VARIANTS.map((variant) =>
        figure(`${workload}: ${name} of a run, ${variant}`, 'ms', tookMs(rounds, variant, share)),
      ),
      ...OURS.map((variant) => longer(`${workload}: ${name} longer, ${variant}`, rounds, variant, share)),
    ]),
  ];
}

function tookMs(rounds: Rounds, variant: Variant, share: number): Estimate {
  return estimate(rounds, (some) => quantile(durations(some, variant), share));
}

/** Returns how much longer a run takes than without a plugin, in percent. */
function longer(name: string, rounds: Rounds, variant: Variant, share: number): Figure {
  const difference = estimate(rounds, (some) => {
    const without = quantile(durations(some, 'no plugin'), share);
    return (100 * (quantile(durations(some, variant), share) - without)) / without;
  });
  const isMet = difference.low <= 0 || difference.high <= LONGER.atMost;
  return figureWith(name, '%', difference, LONGER, isMet);
}

function durations(rounds: Rounds, variant: Variant): number[] {
  return rounds.flatMap((round) => round[variant].tookMs);
}

type Sizes = Readonly<Record<Variant, HistorySizes>>;

const MAX_EVENTS_ADDED = 3;

/** Returns the events and bytes of the histories. */
export function historyFigures(workload: string, sizes: Sizes): Figure[] {
  return (['run', 'child'] as const).flatMap((whose) => {
    const without = sizes['no plugin'][whose];
    if (without === undefined) return [];
    return VARIANTS.flatMap((variant) => {
      const size = sizes[variant][whose] ?? { events: Number.NaN, bytes: Number.NaN };
      const added = size.events - without.events;
      const target = eventTarget(variant, whose);
      return [
        counted(`${workload}: events of a ${whose}, ${variant}`, 'events', size.events),
        counted(`${workload}: bytes of a ${whose}'s history, ${variant}`, 'bytes', size.bytes),
        ...(target
          ? [counted(`${workload}: events added to a ${whose}, ${variant}`, 'events', added, target)]
          : []),
      ];
    });
  });
}

/** Returns the target: three events for a bound top-level run, none for children and for runs that are not bound. */
function eventTarget(variant: Variant, whose: 'run' | 'child'): Target | undefined {
  if (!isOurs(variant)) return undefined;
  const isUntraced = variant === "ours, ratio 0, bind: 'sampled'";
  return { atMost: whose === 'child' || isUntraced ? 0 : MAX_EVENTS_ADDED };
}
