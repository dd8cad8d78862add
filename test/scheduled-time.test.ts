/** The nominal time of a tick or a Schedule's action, from the run's info. */
import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import { scheduledMsOf } from '../core/scheduled-time';

const STARTED = Date.UTC(2026, 0, 1, 1, 59, 50, 321);
const SCHEDULED = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
const BY = defineSearchAttributeKey('TemporalScheduledById', 'KEYWORD');

function scheduledTime(info: Partial<WorkflowInfo>): string | undefined {
  const ms = scheduledMsOf({
    workflowId: 'started-by-hand',
    startTime: new Date(STARTED),
    // The first workflow task is late because no worker was available.
    runStartTime: new Date(STARTED + 600_000),
    typedSearchAttributes: new TypedSearchAttributes(),
    ...info,
  } as WorkflowInfo);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

describe('the scheduled time', () => {
  it('of a cron expression is in whole seconds', () => {
    const info = { cronSchedule: '0 2 * * *', cronScheduleToScheduleInterval: 10_000 };
    equal(scheduledTime(info), '2026-01-01T02:00:00.000Z');
  });

  it('of @every is in whole seconds, too', () => {
    const info = { cronSchedule: 'CRON_TZ=Asia/Tokyo @every 10s', cronScheduleToScheduleInterval: 10_000 };
    equal(scheduledTime(info), '2026-01-01T02:00:00.000Z');
  });

  it('of a schedule\u2019s action is its nominal time, as a date or as a string', () => {
    const value = new Date('2026-01-01T02:00:00Z');
    const typedSearchAttributes = new TypedSearchAttributes([
      { key: BY, value: 'nightly' },
      { key: SCHEDULED, value },
    ]);
    const workflowId = 'nightly-report-2026-01-01T02:00:00Z';
    equal(scheduledTime({ workflowId, typedSearchAttributes }), '2026-01-01T02:00:00.000Z');
    // Copied attributes: the workflow id is not one that the Schedule creates.
    for (const other of ['nightly-report', 'nightly-report-2026-01-01T03:00:00Z'])
      equal(scheduledTime({ workflowId: other, typedSearchAttributes }), undefined);
  });

  it('of a plain start is absent', () => equal(scheduledTime({}), undefined));
});
