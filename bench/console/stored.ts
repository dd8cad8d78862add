/**
 * Figures of stored data: its size, the time to read it, and the start of a console with it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSummary } from '../../console/store';
import { counted, type Figure, type PartOptions } from '../core/figure';
import { quantile } from '../core/statistics';
import { SPANS_PER_TRACE, traceBody } from './bodies';
import type { ConsoleUnderTest } from './console-under-test';
import { post, send } from './load';

const SPANS = { quick: 250_000, usual: 1_000_000, full: 10_000_000 };
const FILL = { senders: 4, seconds: 5 };
const SMALL = { spans: 20, reads: 200 };
const LARGE = { spans: 10_000, reads: 100 };
const JOBS = 200;
const RUNS_OF_JOB = 500;
const LISTS = 20;
const REST_MS = 5_000;
const MIB = 1024 ** 2;

/** Measures the size of stored spans, reads of them, and the start of a console that has them. */
export async function storedFigures(
  first: ConsoleUnderTest,
  { quick, full }: PartOptions,
): Promise<Figure[]> {
  const goal = full ? SPANS.full : SPANS[quick ? 'quick' : 'usual'];
  const small = await writeTraces(first, SMALL.spans, SMALL.reads);
  const [large = ''] = await writeTraces(first, LARGE.spans, 1);
  let spans = 0;
  while (spans < goal) {
    console.error(`console: ${spans} of ${goal} spans stored …`);
    spans += (await send(first.url, FILL)).spans;
  }
  const { bytesOnDisk } = await first.request({ type: 'status' });
  const again = await first.restart();
  try {
    await sleep(REST_MS);
    const { residentBytes } = await again.request({ type: 'status' });
    const smallMs = await readAll(again, small);
    const [firstLargeMs = Number.NaN] = await readAll(again, [large]);
    const largeMs = await readAll(
      again,
      Array.from({ length: LARGE.reads }, () => large),
    );
    const gigabytes = ((bytesOnDisk / spans) * 10_000_000) / 1e9;
    const name = `${spans.toLocaleString('en')} spans stored`;
    return [
      counted(`${name}: size of ten million`, 'GB', gigabytes, { atMost: 1.5 }),
      counted('trace of 20 spans, p99', 'ms', quantile(smallMs, 0.99), { atMost: 5 }),
      counted('trace of 10,000 spans, the first one after the start', 'ms', firstLargeMs),
      counted('trace of 10,000 spans, p99', 'ms', quantile(largeMs, 0.99), { atMost: 100 }),
      counted(`${name}: store and intake ready`, 'ms', again.startMs, { atMost: 1_500 }),
      counted(`${name}: store and intake at rest, resident`, 'MiB', residentBytes / MIB, { atMost: 160 }),
    ];
  } finally {
    await again.stop();
  }
}

/** Measures the list of jobs, read for the first time and again. */
export async function jobFigures(underTest: ConsoleUnderTest): Promise<Figure[]> {
  console.error(`console: ${JOBS} jobs of ${RUNS_OF_JOB} runs …`);
  for (let job = 0; job < JOBS; job++)
    await underTest.request({
      type: 'runs',
      runs: Array.from({ length: RUNS_OF_JOB }, (_, run) => summary(job, run)),
    });
  const { ms: firstMs, count } = await underTest.request({ type: 'jobs' });
  if (count !== JOBS) throw new Error(`${count} jobs were listed`);
  const laterMs: number[] = [];
  for (let read = 0; read < LISTS; read++) laterMs.push((await underTest.request({ type: 'jobs' })).ms);
  const name = `list of ${JOBS} jobs with ${(JOBS * RUNS_OF_JOB).toLocaleString('en')} runs`;
  return [
    counted(`${name}, first time`, 'ms', firstMs, { atMost: 100 }),
    counted(`${name}, again, p99`, 'ms', quantile(laterMs, 0.99), { atMost: 100 }),
  ];
}

/** Stores traces with this number of spans, which arrive in pieces, as from several services; returns their trace IDs. */
async function writeTraces(underTest: ConsoleUnderTest, spans: number, count: number): Promise<string[]> {
  const agent = new Agent({ keepAlive: true });
  const traceIds = Array.from({ length: count }, () => randomBytes(16).toString('hex'));
  for (const traceId of traceIds)
    for (let left = spans; left > 0; left -= SPANS_PER_TRACE)
      await post(agent, underTest.url, traceBody({ spans: Math.min(left, SPANS_PER_TRACE), traceId }));
  agent.destroy();
  return traceIds;
}

async function readAll(underTest: ConsoleUnderTest, traceIds: readonly string[]): Promise<number[]> {
  const took: number[] = [];
  for (const traceId of traceIds) took.push((await underTest.request({ type: 'trace', traceId })).ms);
  return took;
}

function summary(job: number, run: number): RunSummary {
  const startedAt = Date.now() - (RUNS_OF_JOB - run) * 60_000;
  return {
    namespace: 'default',
    job: `job-${job}`,
    workflowId: `job-${job}-workflow-2026-01-01T00:${run}`,
    runId: randomUUID(),
    workflowType: 'report',
    traceId: randomBytes(16).toString('hex'),
    state: run % 10 === 0 ? 'failure' : 'success',
    startedAt,
    closedAt: startedAt + 1_000,
    durationMs: 1_000,
    isListed: true,
    trigger: 'schedule',
    sampled: true,
    samplingReason: 'default',
  };
}
