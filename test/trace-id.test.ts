/** Trace ids and run ids are two notations of the same value; no other string is valid as either. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { TraceIdError } from 'temporal-job-tracing/client';
import { parseRunId, parseTraceId } from '../client/parse-trace-id.js';
import { isRunId, isTraceId, rootSpanIdOfRun, runIdOfTrace, traceIdOfRun } from '../core/trace-id.js';

const RUN_ID = '01990a7b-5c3d-7e2f-8a1b-2c3d4e5f6a7b';
const TRACE_ID = '01990a7b5c3d7e2f8a1b2c3d4e5f6a7b';

describe('trace ids of runs', () => {
  it('a trace id is the run id without dashes, and leads back to it', () => {
    equal(traceIdOfRun(RUN_ID), TRACE_ID);
    equal(runIdOfTrace(TRACE_ID), RUN_ID);
    equal(traceIdOfRun(RUN_ID.toUpperCase()), TRACE_ID);
    equal(runIdOfTrace(TRACE_ID.toUpperCase()), RUN_ID);
    for (let round = 0; round < 1_000; round++) {
      const runId = randomUUID();
      ok(isTraceId(traceIdOfRun(runId)));
      equal(runIdOfTrace(traceIdOfRun(runId)), runId);
    }
  });

  it('the root span id is the last 16 digits of the run id', () => {
    equal(rootSpanIdOfRun(RUN_ID), '8a1b2c3d4e5f6a7b');
  });

  it('only 32 lower-case hex digits that are not all zero are a trace id', () => {
    const notTraceIds = ['', TRACE_ID.slice(1), `${TRACE_ID}0`, TRACE_ID.toUpperCase(), '0'.repeat(32)];
    for (const id of [
      ...notTraceIds,
      RUN_ID,
      ` ${TRACE_ID.slice(1)}`,
      `${TRACE_ID}\n`,
      `${TRACE_ID.slice(1)}g`,
    ]) {
      equal(isTraceId(id), false, JSON.stringify(id));
    }
    equal(isTraceId(`${'0'.repeat(31)}1`), true);
  });

  it('only a lower-case UUID with dashes is a run id', () => {
    equal(isRunId(RUN_ID), true);
    for (const id of ['', TRACE_ID, RUN_ID.toUpperCase(), `${RUN_ID}\n`, `{${RUN_ID}}`, RUN_ID.slice(1)]) {
      equal(isRunId(id), false, JSON.stringify(id));
    }
  });
});

describe('pasted ids', () => {
  it('upper case and run ids with dashes are accepted', () => {
    for (const id of [TRACE_ID, TRACE_ID.toUpperCase(), RUN_ID, RUN_ID.toUpperCase()]) {
      equal(parseTraceId(id), TRACE_ID);
    }
    equal(parseRunId(RUN_ID.toUpperCase()), RUN_ID);
  });

  const malformed = [
    ['', 'length', '0 characters instead of 32'],
    [TRACE_ID.slice(2), 'length', '30 characters instead of 32'],
    [`00-${TRACE_ID}-8a1b2c3d4e5f6a7b-01`, 'length', '55 characters instead of 32'],
    [`${TRACE_ID.slice(1)}'`, 'characters', `"'" is not a hex digit`],
    [`${TRACE_ID.slice(2)}ß `, 'characters', '"ß" is not a hex digit'],
    ['0'.repeat(32), 'zero', 'all digits are zero'],
    ['00000000-0000-0000-0000-000000000000', 'zero', 'all digits are zero'],
    [undefined, 'type', 'not a string but of type undefined'],
    [7, 'type', 'not a string but of type number'],
  ] as const;
  for (const [value, problem, reason] of malformed) {
    it(`${JSON.stringify(value)} is refused: ${reason}`, () => {
      throws(
        () => parseTraceId(value),
        (error) => {
          ok(error instanceof TraceIdError && error instanceof Error);
          deepEqual([error.problem, error.value], [problem, value]);
          ok(error.message.endsWith(reason), error.message);
          return true;
        },
      );
    });
  }

  it('a long text is cut in the message', () => {
    throws(
      () => parseTraceId('a'.repeat(1_000_000)),
      ({ message }: Error) => message.length < 300,
    );
  });

  it('a text that is not a UUID is refused as a run id', () => {
    for (const id of ['', TRACE_ID, `${RUN_ID}' OR RunId != '`]) {
      throws(() => parseRunId(id), TraceIdError);
    }
  });

  it('an error of another copy of the package is recognised, others are not', () => {
    const foreign = Object.assign(new Error('other copy'), {
      [Symbol.for('temporal-job-tracing.TraceIdError')]: true,
    });
    ok(foreign instanceof TraceIdError);
    for (const other of [new Error('plain'), new TypeError('plain'), null, undefined, 'TraceIdError', {}]) {
      ok(!((other as unknown) instanceof TraceIdError));
    }
  });
});
