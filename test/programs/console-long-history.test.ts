/** Runs whose histories are longer than what the console reads, and local activities that outlast a workflow task. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TemporalCalls } from '../../console/temporal/calls';
import { readRunEvents } from '../../console/temporal/read-history';
import { readHistory } from '../../console/timeline/history';
import { ConsoleHarness, rowTree } from '../support/console';
import { id } from '../support/runs';

describe('a run with a long history', () => {
  let harness: ConsoleHarness;

  before(async () => {
    harness = await ConsoleHarness.start(null);
  });
  after(() => harness.stop());

  it('has its beginning, how it ended, and its error', async () => {
    const handle = await harness.start('failsInside', id('long'));
    await rejects(handle.result());
    const execution = { workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
    const calls = new TemporalCalls(harness.client);
    const whole = await readRunEvents(calls, execution);
    const { events, isCut } = await readRunEvents(calls, execution, 3);
    deepEqual([whole.isCut, isCut, events.length < whole.events.length], [false, true, true]);
    const history = readHistory({ workflowType: 'failsInside', events, nowMs: Date.now(), isCut });
    deepEqual(
      [history?.end, history?.run.isOpen, history?.run.errorLine, history?.run.marks.at(-1)?.text],
      [
        readHistory({ workflowType: 'failsInside', events: whole.events, nowMs: Date.now() })?.end,
        false,
        'Error: attempt 3 fails',
        'later events were not read',
      ],
    );
  });

  it('has a local activity with the times of its marker, and no wait beside it', async () => {
    const runId = await harness.run('worksLocally', id('local'), [9_000]);
    const page = await harness.page(runId, ({ run }) => run.state === 'success', 'it has not ended');
    // How often the run itself waits for a worker depends on how busy the machine is.
    const tree = rowTree(page.timeline.rows).map((row) => row.replace(/ \[.*\]$/, ''));
    deepEqual(tree, ['run worksLocally', '  local-activity callDownstream']);
    const [, local] = page.timeline.rows;
    ok(local && local.durationMs >= 8_900 && local.durationMs <= page.run.durationMs, `${local?.durationMs}`);
  });
});

it('what was open where a history was cut ends there, unless the server lists it', () => {
  const at = (seconds: number) => ({ seconds: seconds as unknown as Long, nanos: 0 });
  const scheduled = (seconds: number, name: string) => ({
    eventId: seconds as unknown as Long,
    eventTime: at(seconds),
    activityTaskScheduledEventAttributes: { activityId: name, activityType: { name } },
  });
  const events = [
    { eventTime: at(1), workflowExecutionStartedEventAttributes: {} },
    scheduled(2, 'done'),
    scheduled(3, 'pending'),
  ];
  const read = (isRunning: boolean, ...more: object[]) => {
    const found = readHistory({
      workflowType: 'x',
      events: [...events, ...more],
      pendingActivities: isRunning ? [{ activityId: 'pending', state: 1 }] : [],
      nowMs: 10_000,
      isCut: true,
      isRunning,
    });
    return [found?.run, ...(found?.run.children ?? [])].map(
      (item) => item && [item.name, item.isOpen, item.endMs, ...item.notes],
    );
  };
  const unread = ['done', false, 3_000, 'its end was not read'];
  deepEqual(read(true), [['x', true, 10_000], unread, ['pending', true, 10_000]]);
  const failed = { eventTime: at(8), workflowExecutionFailedEventAttributes: { failure: {} } };
  deepEqual(read(false, failed), [
    ['x', false, 8_000],
    unread,
    ['pending', false, 3_000, 'its end was not read'],
  ]);
  equal(read(false)[0]?.[1], false);
});
