/** The console's calls to a Temporal server that does not answer, or refuses calls: fewer, shorter, never given up. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Client } from '@temporalio/client';
import { GrpcStatus } from '../client/grpc-status';
import { TemporalCalls } from '../console/temporal/calls';

const UNAVAILABLE = 14;
/** Milliseconds that the first ten failures in a row keep background calls quiet. */
const QUIET = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000];

/** Time since any moment. */
let nowMs: number;
let deadlinesMs: number[];
let states: string[];
let calls: TemporalCalls;

beforeEach(() => {
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) });
  nowMs = 1_000_000;
  deadlinesMs = [];
  states = [];
  const connection = {
    withDeadline: (deadline: number, fn: () => Promise<unknown>) => {
      deadlinesMs.push(deadline - Date.now());
      return fn();
    },
  };
  const client = { options: { namespace: 'default' }, connection } as unknown as Client;
  calls = new TemporalCalls(
    client,
    () => states.push(calls.state),
    () => nowMs,
  );
});

afterEach(() => mock.timers.reset());

const answered = (isBackground = false) => calls.call(async () => 'answer', { isBackground });
const failed = async (code: number, isBackground = false) => {
  const error = Object.assign(new Error('no'), { code });
  const call = calls.call(() => Promise.reject(error), { isBackground });
  await rejects(call, error);
};

describe('calls that fail', () => {
  for (const [what, code, state] of [
    ['no answer', UNAVAILABLE, 'away'],
    ['a late answer', GrpcStatus.DEADLINE_EXCEEDED, 'away'],
    ['too many calls', GrpcStatus.RESOURCE_EXHAUSTED, 'busy'],
    ['no permission', GrpcStatus.PERMISSION_DENIED, 'denied'],
  ] as const)
    it(`${what}: background calls are made less and less often, and at once again after an answer`, async () => {
      const quiet: number[] = [];
      for (const _ of QUIET) {
        await failed(code, true);
        quiet.push(calls.quietMs);
        const { length } = deadlinesMs;
        await rejects(answered(true), { name: 'TooManyCallsError' });
        equal(deadlinesMs.length, length, 'no call is made');
        nowMs += calls.quietMs;
      }
      deepEqual(quiet, QUIET);
      equal(await answered(true), 'answer');
      equal(calls.quietMs, 0);
      deepEqual(states, [state, 'ok']);
    });

  it('put off background calls no longer when the clock is set back', async () => {
    calls = new TemporalCalls(calls.client);
    await failed(UNAVAILABLE, true);
    mock.timers.setTime(Date.UTC(2025, 0, 1));
    ok(calls.quietMs <= 1_000, `${calls.quietMs} ms`);
  });

  it('of pages do not put off the next background call', async () => {
    await failed(UNAVAILABLE, true);
    const untilMs = nowMs + calls.quietMs;
    for (let page = 0; page < 5; page++) {
      nowMs += 100;
      await failed(UNAVAILABLE);
      equal(nowMs + calls.quietMs, untilMs);
    }
  });

  it('have a short deadline on pages while Temporal is away, so that pages show what is kept', async () => {
    await answered();
    await failed(UNAVAILABLE);
    await answered(true).catch(() => {});
    nowMs += calls.quietMs;
    await failed(UNAVAILABLE, true);
    await failed(UNAVAILABLE);
    await answered();
    await answered();
    deepEqual(deadlinesMs, [10_000, 10_000, 10_000, 1_000, 1_000, 10_000]);
  });

  it('because there is no such run mean that Temporal answers', async () => {
    await failed(GrpcStatus.NOT_FOUND);
    deepEqual([calls.state, calls.quietMs, calls.problem()], ['ok', 0, undefined]);
  });
});
