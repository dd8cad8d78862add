/** A Temporal server that refuses calls because there are too many: the console says so, and asks less often. */
import { match } from 'node:assert/strict';
import { it } from 'node:test';
import type { ConsoleStatus, JobList } from '../../console/types';
import { startTemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import { getJson, startConsoleFor } from '../support/console';

it('a rate limit of Temporal is shown, fewer calls are sent, and pages still work', async () => {
  const { TEMPORAL_ADDRESS: _, ...env } = process.env;
  // A server of its own: the limit is the whole namespace's.
  const dynamicConfig = ['frontend.namespaceRPS.visibility=1', 'frontend.namespaceBurstRatio.visibility=1'];
  const server = await startTemporalServer({ env, dynamicConfig, log: () => {} });
  const running = await startConsoleFor({ address: server.address });
  const status = () => getJson<ConsoleStatus>(`${running.url}/api/status`);
  try {
    await until(async () => (await status()).namespaces[0]?.temporal === 'busy', { says: 'it is not busy' });
    // One call in a second is answered, so that the console is busy only in between.
    const [problem] = await until(
      async () => {
        const { problems } = await getJson<JobList>(`${running.url}/api/jobs`);
        return problems[0]?.kind === 'temporal-busy' ? problems : undefined;
      },
      { says: 'the page does not show it' },
    );
    match(problem?.text ?? '', /RESOURCE_EXHAUSTED.*this page may be out of date/);
    // With fewer calls the server answers again.
    await until(async () => (await status()).namespaces[0]?.temporal === 'ok', { says: 'it stays busy' });
  } finally {
    await running.close();
    await server.stop();
  }
});
