/** The time that a run loses when a worker or the server is restarted, as its history shows it. */
import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { msToTs } from '@temporalio/common/lib/time';
import { lostMs } from '../alerts/watch/lost-time';

const NOW_MS = 1_000_000;

describe('a run loses the time in which its workflow task', () => {
  /** @param ms time before now */
  const at = (ms: number, name: string) => ({
    eventTime: msToTs(NOW_MS - ms),
    [`${name}EventAttributes`]: {},
  });
  const scheduled = (ms: number) => at(ms, 'workflowTaskScheduled');
  const started = (ms: number) => at(ms, 'workflowTaskStarted');
  const completed = (ms: number) => at(ms, 'workflowTaskCompleted');
  const timedOut = (ms: number) => at(ms, 'workflowTaskTimedOut');
  const other = (ms: number) => at(ms, 'timerFired');
  const table: readonly [string, ReturnType<typeof at>[], number][] = [
    ['was not lost', [scheduled(20_000), started(20_000), completed(12_000), other(1_000)], 0],
    ['waited for a worker', [scheduled(20_000), started(8_000), completed(7_000)], 12_000],
    ['waits for a worker', [other(20_000), scheduled(9_000)], 9_000],
    ['is being worked on', [scheduled(20_000), started(20_000)], 0],
    [
      'was taken by a worker that is gone',
      [
        scheduled(20_000),
        started(20_000),
        timedOut(10_000),
        scheduled(10_000),
        started(9_000),
        completed(9_000),
      ],
      11_000,
    ],
    [
      'was meant for a worker that is gone',
      [scheduled(20_000), timedOut(10_000), scheduled(10_000), started(9_000), completed(9_000)],
      11_000,
    ],
    ['began before the events that are read', [timedOut(20_000), scheduled(20_000), started(18_000)], 2_000],
    ['is lost for long, up to half a minute', [scheduled(60_000)], 30_000],
    ['is scheduled later by another clock', [scheduled(-5_000)], 0],
  ];
  for (const [what, events, expected] of table) it(what, () => equal(lostMs(events, NOW_MS), expected));
});
