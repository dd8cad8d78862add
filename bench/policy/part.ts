/**
 * Part `policy`: decisions with few and many rules, one call from the workflow thread to the host, and the time until a
 * change in Redis reaches every worker process.
 */
import { randomUUID } from 'node:crypto';
import { TypedSearchAttributes } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import { resolvePolicy } from '../../sampling/policy';
import { constantPolicyStore } from '../../sampling/policy-store';
import { WITHOUT_REDIS } from '../../testing/redis-server';
import { composeMarkerHost } from '../../worker/marker-host';
import { createRunDecisions } from '../../worker/run-decisions';
import { type Figure, figure, type PartOptions, type PartResult } from '../core/figure';
import { alternate, roundsOf } from '../core/rounds';
import { estimate, median } from '../core/statistics';
import { WorkflowThread } from './host-calls';
import { changeReaches } from './redis-change';

const RULES = ['1 rule', '10,000 rules'] as const;
type Rules = (typeof RULES)[number];
const DECISIONS = { rounds: 200, warmUp: 10, runs: 2_000 };
/** Number of jobs whose runs are decided in turn. */
const JOBS = 200;
const MAX_GROWTH: Readonly<{ atMost: number }> = { atMost: 20 };
const HOST_CALLS = { rounds: 30, warmUp: 10, calls: 50, runs: 5 };
const FLEETS = [1, 20];
const CHANGES = 10;

/** Measures the policy. */
export async function benchPolicy(options: PartOptions): Promise<PartResult> {
  return {
    part: 'policy',
    figures: [
      ...(await decisionFigures(options)),
      await hostCallFigure(options),
      ...(WITHOUT_REDIS ? [] : await redisFigures(options)),
    ],
  };
}

async function decisionFigures(options: PartOptions): Promise<Figure[]> {
  const hosts = Object.fromEntries(RULES.map((rules) => [rules, hostWith(rules)])) as Record<
    Rules,
    () => void
  >;
  const counts = { ...DECISIONS, rounds: roundsOf(DECISIONS.rounds, options) };
  const rounds = await alternate(RULES, counts, async (rules) => {
    const before = process.cpuUsage();
    for (let run = 0; run < DECISIONS.runs; run++) hosts[rules]();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / DECISIONS.runs;
  });
  const growth = estimate(rounds, (some) =>
    median(some.map((round) => 100 * (round['10,000 rules'] / round['1 rule'] - 1))),
  );
  return [
    ...RULES.map((rules) =>
      figure(
        `decisions, ${rules}`,
        'decisions/s',
        estimate(rounds, (some) => 1_000_000 / median(some.map((round) => round[rules]))),
      ),
    ),
    figure('growth from 1 to 10,000 rules', '%', growth, MAX_GROWTH),
  ];
}

/** Returns a function that decides about one more run, as the host does for the first patch id of a run. */
function hostWith(rules: Rules): () => void {
  const count = rules === '1 rule' ? 1 : 10_000;
  const jobs = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [index % 2 === 0 ? `job-${index}` : `team-${index}-*`, 0.5]),
  );
  const policy = constantPolicyStore(resolvePolicy({ default: 0.01, jobs }));
  const host = composeMarkerHost(
    { enabled: true, bind: 'all', policy, mayBind: () => true, decisions: createRunDecisions() },
    undefined,
  );
  const typedSearchAttributes = new TypedSearchAttributes();
  let run = 0;
  return () => {
    const runId = randomUUID();
    const info = {
      runId,
      originalExecutionRunId: runId,
      workflowType: `job-${run++ % JOBS}`,
      attempt: 1,
      typedSearchAttributes,
    };
    host({ workflowInfo: info as unknown as WorkflowInfo, patchId: 'job-tracing:unsampled' });
  };
}

async function hostCallFigure(options: PartOptions): Promise<Figure> {
  const thread = await WorkflowThread.start();
  try {
    const counts = { ...HOST_CALLS, rounds: roundsOf(HOST_CALLS.rounds, options) };
    const rounds = await alternate(['none', 'many'], counts, async (calls) => {
      const before = process.cpuUsage();
      for (let run = 0; run < HOST_CALLS.runs; run++)
        await thread.run(calls === 'none' ? 0 : HOST_CALLS.calls);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / HOST_CALLS.runs;
    });
    const perCall = estimate(rounds, (some) =>
      median(some.map(({ none, many }) => (many - none) / HOST_CALLS.calls)),
    );
    return figure('CPU of one call from the workflow thread to the host', 'µs', perCall);
  } finally {
    await thread.stop();
  }
}

async function redisFigures(options: PartOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const processes of FLEETS) {
    console.error(`policy: a change in Redis to ${processes} processes …`);
    const rounds = await changeReaches(processes, roundsOf(CHANGES, options));
    const name = `a change in Redis reaches all of ${processes} worker processes`;
    figures.push(figure(name, 'ms', estimate(rounds, median)));
  }
  return figures;
}
