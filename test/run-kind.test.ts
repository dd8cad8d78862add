/** The kind of a run, its trace, and the parts of its header that apply to it: for every way to start. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initiatorOf, type RunBeginning, runKindOf } from '../core/run-kind';
import type { JobHeader, TraceHeader } from '../core/trace-header';

const RUN = '01a20ab5-370e-761a-a72e-5e02d38d50af';
const TRACE = '01a20ab5370e761aa72e5e02d38d50af';
const PREVIOUS = '01a20ab5-0000-761a-a72e-000000000001';
const FIRST = '01a20ab5-0000-761a-a72e-000000000000';
const span = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };
const identity = { job: 'job', runId: 'run', trigger: 'cron' } as const;
const metadata = { lane: 'gray', reason: 'why', scheduledMs: 1 };

const START: RunBeginning = {
  originalRunId: RUN,
  firstRunId: RUN,
  initiator: 'start',
  hasCron: false,
  isScheduled: false,
  hasParent: false,
};
const after = (initiator: RunBeginning['initiator'], previousRunId = PREVIOUS): RunBeginning => ({
  ...START,
  ...{ firstRunId: FIRST, previousRunId, initiator },
});
const baggage = 'user.id=42';
const header = (jobHeader?: JobHeader): TraceHeader => ({ span, baggage, ...(jobHeader && { jobHeader }) });

const start: JobHeader = { kind: 'start', forced: true, facts: metadata };
const joining: JobHeader = { kind: 'start', joinCaller: true };
const child: JobHeader = { kind: 'child', ...identity };
const shard: JobHeader = { kind: 'shard', ...identity, shard: { index: 1 } };
const top: JobHeader = { kind: 'top', trigger: 'cron' };
const continued: JobHeader = { kind: 'continued', sampled: true, trigger: 'api', facts: metadata };

const previousIn = (traceId: string, runId = PREVIOUS) => ({
  traceId,
  spanId: runId.replaceAll('-', '').slice(16),
  sampled: true,
});
const previousTrace = PREVIOUS.replaceAll('-', '');

interface Case {
  readonly run: RunBeginning;
  readonly header: TraceHeader;
  readonly is: string;
  readonly trace: string | undefined;
  readonly jobHeader?: JobHeader;
  readonly metadata?: object;
  readonly parent?: object;
  readonly caller?: object;
  readonly previous?: object;
}

const CASES: Record<string, Case> = {
  'a start without a header': { run: START, header: {}, is: 'top', trace: TRACE },
  'a start by a typed client': {
    ...{ run: START, header: header(start), is: 'top', trace: TRACE },
    ...{ jobHeader: start, metadata, caller: span },
  },
  'a start by a client with the official plugin': {
    ...{ run: START, header: header(), is: 'top', trace: TRACE, caller: span },
  },
  "a start into its caller's trace": {
    ...{
      run: START,
      header: header(joining),
      is: 'top',
      trace: span.traceId,
      jobHeader: joining,
      parent: span,
    },
  },
  "a start into its caller's trace, without a span": {
    ...{ run: START, header: { jobHeader: joining }, is: 'top', trace: TRACE, jobHeader: joining },
  },
  'a start with the header of a continuation': {
    run: START,
    header: header(continued),
    ...{ is: 'top', trace: TRACE, jobHeader: continued, metadata, caller: span },
  },
  "a cron's first tick, of a start into its caller's trace": {
    run: { ...START, hasCron: true },
    header: header(joining),
    ...{ is: 'top', trace: span.traceId, jobHeader: joining, parent: span },
  },
  'a later tick': {
    run: { ...after('tick'), hasCron: true },
    header: header(start),
    ...{ is: 'top', trace: TRACE, metadata: { lane: 'gray' }, previous: previousIn(previousTrace) },
  },
  "a tick after a first one in its caller's trace": {
    run: { ...after('tick', FIRST), hasCron: true },
    header: header(joining),
    ...{ is: 'top', trace: TRACE, metadata: {}, previous: previousIn(span.traceId, FIRST) },
  },
  'a third tick of such a cron: the second had a trace of its own': {
    run: { ...after('tick'), hasCron: true },
    header: header(joining),
    ...{ is: 'top', trace: TRACE, metadata: {}, previous: previousIn(previousTrace) },
  },
  "a Schedule's action, with the header of the request that created the Schedule": {
    run: { ...START, isScheduled: true },
    header: header(start),
    ...{ is: 'top', trace: TRACE, metadata: { lane: 'gray' } },
  },
  "a Schedule's action, whose Schedule was created to join its caller's trace": {
    run: { ...START, isScheduled: true },
    ...{ header: header(joining), is: 'top', trace: TRACE, metadata: {} },
  },
  "an attempt of a Schedule's action": {
    run: { ...after('retry'), isScheduled: true },
    header: header(start),
    ...{ is: 'top', trace: TRACE, metadata: { lane: 'gray' }, previous: previousIn(previousTrace) },
  },
  "a continuation of a Schedule's action": {
    run: { ...after('continued'), isScheduled: true },
    header: header(continued),
    ...{ is: 'top', trace: TRACE, jobHeader: continued, metadata, previous: previousIn(span.traceId) },
  },
  'an attempt of a tick': {
    run: { ...after('retry'), hasCron: true },
    header: header(start),
    ...{ is: 'top', trace: TRACE, metadata: { lane: 'gray' }, previous: previousIn(previousTrace) },
  },
  'an attempt': {
    ...{ run: after('retry'), header: header(start), is: 'top', trace: TRACE, jobHeader: start, metadata },
    previous: previousIn(previousTrace),
  },
  "an attempt after one in its caller's trace": {
    ...{ run: after('retry', FIRST), header: header(joining), is: 'top', trace: TRACE, jobHeader: joining },
    previous: previousIn(span.traceId, FIRST),
  },
  'a continuation': {
    ...{
      run: after('continued'),
      header: header(continued),
      is: 'top',
      trace: TRACE,
      jobHeader: continued,
      metadata,
    },
    // The previous run's trace has its run id, unless it was in its caller's trace or was reset.
    previous: previousIn(span.traceId),
  },
  'a continuation of a run without the plugin': {
    ...{
      run: after('continued'),
      header: header(start),
      is: 'top',
      trace: TRACE,
      metadata: { lane: 'gray' },
    },
    previous: previousIn(previousTrace),
  },
  'an ordinary child': {
    ...{ run: { ...START, hasParent: true }, header: header(child), is: 'child', trace: span.traceId },
    jobHeader: child,
  },
  'an attempt of an ordinary child': {
    ...{ run: { ...after('retry'), hasParent: true }, header: header(child), is: 'child', jobHeader: child },
    trace: span.traceId,
  },
  'a child of a parent with the official plugin': {
    ...{ run: { ...START, hasParent: true }, header: header(), is: 'child', trace: span.traceId },
  },
  'a child of a parent without any plugin': {
    ...{ run: { ...START, hasParent: true }, header: {}, is: 'child', trace: undefined },
  },
  'a child under cron': {
    run: { ...START, hasParent: true, hasCron: true },
    header: header(child),
    ...{ is: 'top', trace: TRACE, jobHeader: child, caller: span },
  },
  'a child that is a top-level run': {
    run: { ...START, hasParent: true },
    header: header(top),
    ...{ is: 'top', trace: TRACE, jobHeader: top, caller: span },
  },
  'a continuation of such a child': {
    run: { ...after('continued'), hasParent: true },
    header: { jobHeader: continued },
    ...{ is: 'top', trace: TRACE, jobHeader: continued, metadata, previous: previousIn(previousTrace) },
  },
  'a shard': {
    ...{ run: { ...START, hasParent: true }, header: header(shard), is: 'shard', trace: span.traceId },
    jobHeader: shard,
  },
  'a shard that a client runs again': {
    ...{ run: START, header: header(shard), is: 'shard', trace: span.traceId, jobHeader: shard },
  },
  'a reset run': {
    run: { ...START, originalRunId: PREVIOUS },
    ...{ header: {}, is: 'top', trace: previousTrace },
  },
};

describe('which trace a run is in', () => {
  for (const [name, { run, header: given, is, trace, ...expected }] of Object.entries(CASES)) {
    it(name, () => {
      const kind = runKindOf(run, given);
      const { jobHeader, metadata: applying, parent, caller, previous } = { ...BLANK, ...kind };
      equal(kind.kind, is);
      equal(kind.traceId, trace);
      deepEqual({ jobHeader, metadata: applying, parent, caller, previous }, { ...BLANK, ...expected });
      // A run without a link to its starter, which does not continue another run, has no baggage of its starter.
      const speaks = caller ?? parent ?? (run.previousRunId === undefined ? undefined : jobHeader);
      if (kind.kind === 'top' && given.span) equal(kind.baggage, speaks && given.baggage);
    });
  }
});

const BLANK: Partial<
  Record<'jobHeader' | 'metadata' | 'parent' | 'caller' | 'previous', object | undefined>
> = {
  jobHeader: undefined,
  metadata: undefined,
  parent: undefined,
  caller: undefined,
  previous: undefined,
};

describe('the cause of a run', () => {
  it("is a start if no run precedes it, although the server reports a cron's first run as a tick", () => {
    deepEqual(
      [0, 1, 2, 3, undefined].map((code) => initiatorOf(undefined, code)),
      ['start', 'start', 'start', 'start', 'start'],
    );
  });
  it('is the initiator that the server reports for a later run', () => {
    deepEqual(
      [0, 1, 2, 3].map((code) => initiatorOf(PREVIOUS, code)),
      ['start', 'continued', 'retry', 'tick'],
    );
  });
});
