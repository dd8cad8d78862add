/** The commands of docs/scheduled-jobs.md work as they are written. */
import { ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../testing/until';
import { Harness } from './support/harness';
import { traceIdOf } from './support/runs';

const PAGE = readFileSync(path.join(__dirname, '../../docs/scheduled-jobs.md'), 'utf8');

describe('docs/scheduled-jobs.md', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  /** Runs a block of the page in a shell; returns the output. */
  async function printed(block: string): Promise<string> {
    const { temporalBinary = '', address } = harness.server;
    const temporal = `temporal() { "$BINARY" "$@" --address "$ADDRESS"; }`;
    const env = { ...process.env, BINARY: temporalBinary, ADDRESS: address };
    const { stdout } = await promisify(execFile)('bash', ['-c', `${temporal}; ${block}`], {
      env,
    });
    return stdout;
  }

  it('its commands list the failed runs of a job, with their TraceIds', async () => {
    const blocks = Array.from(PAGE.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = '']) => block);
    const [list, withTraceIds, ...more] = blocks.filter((block) =>
      block.includes("ExecutionStatus='Failed'"),
    );
    ok(list !== undefined && withTraceIds !== undefined && more.length === 0);
    await harness.whileWorking({}, async (taskQueue) => {
      const workflowId = `${taskQueue}-failed`;
      const start = { taskQueue, workflowId, memo: { jobName: 'nightly-report' } };
      const { firstExecutionRunId } = await harness.client.workflow.start('activityFails', start);
      const line = `${workflowId} ${traceIdOf(firstExecutionRunId)}`;
      await until(async () => (await printed(withTraceIds)).split('\n').includes(line), {
        says: `${line} is not printed`,
      });
      ok((await printed(list)).includes(workflowId));
    });
  });
});
