/** The queries of docs/sampling.md, passed unchanged to the Temporal CLI, find the runs that the page describes. */
import { deepEqual, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { until } from '../testing/until';
import { Harness } from './support/harness';

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'sampling.md'), 'utf8');
const COMMANDS = Array.from(
  PAGE.matchAll(/^temporal workflow (list|count) --query '([^']+)'$/gm),
  ([, command = '', query = '']) => ({ command, query: query.replace('2030-01-31', '2020-01-31') }),
);
const EVENTUALLY_MS = 10_000;

describe('docs/sampling.md', () => {
  let harness: Harness;
  /** Workflow ids of a sampled, an unsampled, a tail-sampled and a capped run. */
  const ids = {
    sampled: randomUUID(),
    unsampled: randomUUID(),
    kept: randomUUID(),
    capped: randomUUID(),
  };
  before(async () => {
    harness = await Harness.start();
    const jobs = { 'nightly-report': 0, other: { atMost: { runs: 1, per: '31 days' } } } as const;
    await harness.whileWorking({ plugin: { sampling: { default: 1, jobs } } }, async (taskQueue) => {
      const { workflow } = harness.client;
      const report = { taskQueue, memo: { jobName: 'nightly-report' } };
      const signal = { signal: 'runNow', signalArgs: [] };
      await workflow.signalWithStart('oneActivity', { ...report, workflowId: ids.sampled, ...signal });
      await workflow.start('oneActivity', { ...report, workflowId: ids.unsampled });
      await workflow.start('takes', { ...report, workflowId: ids.kept, args: [1, 'fail'] });
      for (const workflowId of [randomUUID(), ids.capped])
        await workflow.execute('randoms', { taskQueue, workflowId, memo: { jobName: 'other' } });
      for (const id of Object.values(ids))
        await workflow
          .getHandle(id)
          .result()
          .catch(() => {});
    });
  });
  after(() => harness?.stop());

  it('has exactly the queries of this test', () => {
    deepEqual(
      COMMANDS.map(({ command }) => command),
      ['list', 'list', 'list', 'count'],
    );
  });

  for (const [index, expected] of [['sampled', 'kept'], ['unsampled'], ['kept'], ['capped']].entries()) {
    it(`${COMMANDS[index]?.query}: ${expected.join(', ')}`, async () => {
      const { command = '', query = '' } = COMMANDS[index] ?? {};
      const found = async () => {
        const list = JSON.parse(
          await harness.cli('workflow', 'list', '--query', query, '--limit', '1000', '-o', 'json'),
        ) as readonly { readonly execution: { readonly workflowId: string } }[];
        const listed = new Set(list.map(({ execution }) => execution.workflowId));
        return Object.entries(ids)
          .filter(([, workflowId]) => listed.has(workflowId))
          .map(([name]) => name);
      };
      let names: string[] = [];
      const isFound = async () => {
        names = await found();
        return isDeepStrictEqual(names, expected);
      };
      await until(isFound, { within: EVENTUALLY_MS, says: () => `it finds ${names}` });
      if (command === 'count')
        ok(Number(/\d+/.exec(await harness.cli('workflow', 'count', '--query', query))?.[0]) >= 1);
    });
  }
});
