/** What a watcher asks the server, and how it reads the end of a run. All pure. */
import { deepEqual, doesNotMatch, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verdictOf } from '../alerts/watch/close-event';
import { jobQuery, jobsQuery, pollQuery, successesQuery } from '../alerts/watch/queries';

describe('a close event', () => {
  const decode = async () => new Error('why');
  const table: readonly [string, object | undefined, object][] = [
    [
      'failed for good',
      { workflowExecutionFailedEventAttributes: { retryState: 5, failure: {} } },
      { kind: 'failed', error: { type: 'Error', message: 'why' } },
    ],
    [
      'failed and retried',
      { workflowExecutionFailedEventAttributes: { retryState: 1, newExecutionRunId: 'next', failure: {} } },
      { kind: 'retried', error: { type: 'Error', message: 'why' }, nextRunId: 'next' },
    ],
    [
      'timed out',
      { workflowExecutionTimedOutEventAttributes: { retryState: 5 } },
      { kind: 'failed', error: { type: 'TimeoutError', message: 'the run exceeded its timeout' } },
    ],
    [
      'timed out and retried',
      { workflowExecutionTimedOutEventAttributes: { retryState: 1, newExecutionRunId: 'next' } },
      {
        kind: 'retried',
        error: { type: 'TimeoutError', message: 'the run exceeded its timeout' },
        nextRunId: 'next',
      },
    ],
    [
      'terminated by the server',
      { workflowExecutionTerminatedEventAttributes: { identity: 'history-service', reason: 'too long' } },
      { kind: 'failed', error: { type: 'Terminated', message: 'too long' } },
    ],
    [
      'terminated by a person',
      { workflowExecutionTerminatedEventAttributes: { identity: 'me@host' } },
      { kind: 'ended' },
    ],
    ['no event', undefined, { kind: 'ended' }],
  ];
  for (const [what, event, verdict] of table)
    it(`of a run that ${what}`, async () => deepEqual(await verdictOf(event, decode), verdict));
});

describe('queries', () => {
  it('name each status, and avoid quotes and backslashes', () => {
    const slow = { overMs: 1_000, jobs: ['a', 'b-*'] };
    const parts = pollQuery({ closedSinceMs: 0, waitingSinceMs: 0, dueMs: [0, 1], slow }).split(
      /\) OR \((?=Exec)/,
    );
    deepEqual(
      parts.map((part) => part.includes('ExecutionStatus')),
      [true, true, true, true],
    );
    match(
      successesQuery(['a', `b'c`, '"'], 0),
      /\(JobName IN \('a'\) OR JobName STARTS_WITH 'b' OR JobName IS NOT NULL\)/,
    );
    match(jobQuery('a'), /JobName IN \('a'\)/);
    match(jobsQuery('n-', ['n-1', `n-'`]), /JobName STARTS_WITH 'n-' AND JobName NOT IN \('n-1'\)$/);
  });
});

describe('completed runs that may have been slow', () => {
  const partOf = (jobs: readonly string[]) =>
    pollQuery({ closedSinceMs: 0, waitingSinceMs: 0, dueMs: [0, 1], slow: { overMs: 1_000, jobs } });

  it('are read only of jobs with overMs', () => {
    match(
      partOf(['a', 'b-*']),
      /> '1000ms' AND \(\(JobName IN \('a'\)\) OR JobName STARTS_WITH 'b-'\) AND Close/,
    );
  });

  it('are read of all jobs if default has overMs, or too many rules', () => {
    match(partOf(['*', 'a']), /JobName IS NOT NULL/);
    doesNotMatch(partOf(Array.from({ length: 101 }, (_, index) => `job-${index}`)), /JobName/);
  });
});
