/**
 * From a TraceId to the run and from the run to its trace, as a user goes in the Temporal Web UI and with the CLI.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { Browser, Page } from 'playwright-core';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { browserMissing, openBrowser } from '../../testing/browser';
import { tree } from '../../testing/otlp-trace';
import { until } from '../../testing/until';
import { Harness } from '../support/harness';
import { finish } from '../support/workflows/jobs';

type Handle = WorkflowHandleWithFirstExecutionRunId;

const traceIdOf = ({ firstExecutionRunId }: Handle) => firstExecutionRunId.replaceAll('-', '');

describe('the Web UI', () => {
  let harness: Harness;
  let plugin: JobTracingOptions;
  let taskQueue: string;
  let runs: {
    closed: Handle;
    other: Handle;
    open: Handle;
    own: Handle;
    added: Handle;
    unsampled: Handle;
    kept: Handle;
    shards: Handle;
  };

  /** Runs `fn` with a worker that has seen none of the runs before. */
  async function withNewWorker<T>(fn: () => Promise<T>, sampling = 1): Promise<T> {
    const worker = await harness.createWorker(taskQueue, {
      plugin: { ...plugin, sampling: { default: sampling } },
      options: { workflowsPath: require.resolve('../support/workflows/details') },
    });
    return harness.whileRunning([worker], fn);
  }

  before(async () => {
    harness = await Harness.start({ ui: true });
    plugin = { traceUrl: `${harness.receiver.url}/trace/{traceId}` };
    taskQueue = harness.newTaskQueue();
    const start = (type: string, ...args: unknown[]) =>
      harness.client.workflow.start(type, { taskQueue, workflowId: `${type}-${randomUUID()}`, args });
    const end = async (type: string, ...args: unknown[]) => {
      const handle = await start(type, ...args);
      await handle.result().catch(() => {});
      return handle;
    };
    const [unsampled, kept] = await withNewWorker(
      async () => [await end('oneActivity'), await end('takes', 1, 'fail')] as const,
      0,
    );
    runs = await withNewWorker(async () => ({
      closed: await end('oneActivity'),
      other: await end('oneActivity'),
      open: await start('waits'),
      own: await end('ownDetails'),
      added: await end('addedDetails'),
      unsampled,
      kept,
      shards: await end('accounts', [1, 2, -5, 4]),
    }));
  });

  after(async () => {
    await harness?.stop();
  });

  const linkTo = (handle: Handle) =>
    `[Trace ${traceIdOf(handle)}](${harness.receiver.url}/trace/${traceIdOf(handle)})`;

  /** What the Web UI and the CLI ask for, answered by a worker that polls. */
  async function detailsOf(handle: Handle): Promise<string | undefined> {
    const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    return metadata.currentDetails;
  }

  it('gets the link, or the reason for its absence, from a worker that never saw the run, unless the run has its own details', async () => {
    await withNewWorker(async () => {
      deepEqual(
        {
          closed: await detailsOf(runs.closed),
          open: await detailsOf(runs.open),
          unsampled: await detailsOf(runs.unsampled),
          own: await detailsOf(runs.own),
          added: await detailsOf(runs.added),
        },
        {
          closed: linkTo(runs.closed),
          open: linkTo(runs.open),
          unsampled: 'not sampled (ratio of its rule) · run it now to get a trace',
          own: 'details of the user',
          added: `${linkTo(runs.added)}\n\ndetails of the user`,
        },
      );
      const metadata = await harness.cli('workflow', 'metadata', '--workflow-id', runs.closed.workflowId);
      ok(metadata.includes(linkTo(runs.closed)), metadata);
    });
  });

  it('lists exactly the run when the CLI searches by its TraceId', async () => {
    const query = `TraceId="${traceIdOf(runs.closed)}"`;
    const listed = await until(
      async () => {
        const found = JSON.parse(await harness.cli('workflow', 'list', '--query', query, '-o', 'json'));
        return found.length > 0 && found;
      },
      { says: 'the run is not listed' },
    );
    deepEqual(
      listed.map(({ execution }: { execution: unknown }) => execution),
      [{ workflowId: runs.closed.workflowId, runId: runs.closed.firstExecutionRunId }],
    );
  });

  describe('in a browser', () => {
    const skip = browserMissing() ?? false;
    let browser: Browser;
    let page: Page;

    before(async () => {
      if (skip) return;
      browser = await openBrowser();
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(60_000);
    });

    after(async () => {
      await browser?.close();
    });

    const inUi = (path: string) => {
      ok(harness.server.uiUrl, 'the server has a Web UI (TEMPORAL_UI_URL for one that runs already)');
      return `${harness.server.uiUrl}/namespaces/default/${path}`;
    };
    const rowsOfRuns = () => page.getByRole('row').filter({ has: page.getByRole('link') });

    /** The links in the run's current details; the Web UI shows them as Markdown in a frame of their own. */
    async function openDetails(): Promise<void> {
      await page.getByText('User Metadata', { exact: true }).first().click();
      await page.getByText('Current Details').waitFor();
    }
    const details = () => page.frameLocator('iframe[src*="render"]').locator('body');

    it('an address with TraceId="…" shows exactly that run', { skip }, async () => {
      const query = `TraceId="${traceIdOf(runs.closed)}"`;
      await page.goto(inUi(`workflows?query=${encodeURIComponent(query)}`));
      await page.getByRole('link', { name: runs.closed.firstExecutionRunId }).waitFor();
      equal(await rowsOfRuns().count(), 1);
    });

    it('the filter TraceId shows exactly that run, and its page leads to its trace in three clicks', {
      skip,
    }, async () => {
      await withNewWorker(async () => {
        await page.goto(inUi('workflows'));
        await page.getByRole('link', { name: runs.other.firstExecutionRunId }).waitFor();
        await page.getByRole('button', { name: 'Add Filter' }).click();
        await page.getByText('TraceId', { exact: true }).first().click();
        await page.getByPlaceholder('Enter value...').fill(traceIdOf(runs.closed));
        await page.keyboard.press('Enter');
        await page.getByRole('link', { name: runs.other.firstExecutionRunId }).waitFor({ state: 'detached' });
        await page.getByRole('link', { name: runs.closed.firstExecutionRunId }).waitFor();
        equal(await rowsOfRuns().count(), 1);

        await page.getByRole('link', { name: runs.closed.firstExecutionRunId }).click();
        await openDetails();
        const link = details().getByRole('link', { name: `Trace ${traceIdOf(runs.closed)}` });
        const opened = page.waitForEvent('popup');
        await link.click();
        const trace = await opened;
        equal(trace.url(), `${harness.receiver.url}/trace/${traceIdOf(runs.closed)}`);
        const shown = await trace.locator('body').textContent();
        equal(shown, tree(harness.receiver.trace(traceIdOf(runs.closed))).join('\n'));
        match(shown ?? '', /^RunWorkflow:oneActivity\n/);
        await trace.close();
      });
    });

    it('a run without a trace has the reason, a tail-sampled one the link, one with shards its failed ones', {
      skip,
    }, async () => {
      const visit = async ({ workflowId, firstExecutionRunId }: Handle) => {
        await page.goto(inUi(`workflows/${workflowId}/${firstExecutionRunId}`));
        await openDetails();
      };
      await withNewWorker(async () => {
        await visit(runs.unsampled);
        await details().getByText('not sampled (ratio of its rule) · run it now to get a trace').waitFor();

        await visit(runs.kept);
        await details().getByText('not sampled, but kept: it failed').waitFor();
        await details()
          .getByRole('link', { name: `Trace ${traceIdOf(runs.kept)}` })
          .waitFor();

        await visit(runs.shards);
        await details().getByText('1 succeeded, 1 failed').waitFor();
        const failed = details().getByRole('listitem').filter({ hasText: 'account -5 to 4' });
        await failed.getByText('NoAccount: no such account').waitFor();
        const address = await failed.getByRole('link').getAttribute('href');
        match(address ?? '', /\/trace\/\w{32}$/);
        await details().getByText(`JobRunId="${runs.shards.firstExecutionRunId}"`, { exact: true }).waitFor();
      });
    });

    it('a scheduled job shows its spec, its next tick and its last runs with their links', {
      skip,
    }, async () => {
      await withNewWorker(async () => {
        const { client } = harness;
        const workflowId = `job-${randomUUID()}`;
        const args = [{ workflow: 'oneActivity', cron: '0 2 * * *' }];
        const handle = await client.workflow.start('scheduledJob', { taskQueue, workflowId, args });
        const job = harness.jobs.getHandle(workflowId);
        const { workflowId: manual, traceId } = await job.runNow({ reason: 'a look' });
        await client.workflow.getHandle(manual).result();
        const isListed = async () =>
          (await job.status({ read: true })).lastRuns?.runs[0]?.result === 'success';
        await until(isListed, { says: 'the run that has ended is not listed' });

        await page.goto(inUi(`workflows/${workflowId}/${handle.firstExecutionRunId}`));
        await openDetails();
        await details().getByText('"cron":"0 2 * * *"').waitFor();
        await details().getByText('next tick 2').waitFor();
        const run = details().getByRole('listitem').filter({ hasText: 'manual: success in' });
        await run.getByRole('link', { name: `Trace ${traceId}` }).waitFor();
        await job.delete();
      });
    });

    it('an open run shows its link; one with its own details shows those', { skip }, async () => {
      await withNewWorker(async () => {
        await page.goto(inUi(`workflows/${runs.open.workflowId}/${runs.open.firstExecutionRunId}`));
        await openDetails();
        await details()
          .getByRole('link', { name: `Trace ${traceIdOf(runs.open)}` })
          .waitFor();
        await runs.open.signal(finish);

        await page.goto(inUi(`workflows/${runs.own.workflowId}/${runs.own.firstExecutionRunId}`));
        await openDetails();
        await details().getByText('details of the user').waitFor();
        equal(await details().getByRole('link').count(), 0);
      });
    });
  });
});
