/** A Temporal server that refuses calls because there are too many: the console says so, and asks less often. */
import { equal, match, ok } from 'node:assert/strict';
import { it } from 'node:test';
import type { ConsoleStatus, JobList } from '../../console/api/types';
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
    const busy = await until(
      async () => {
        const found = await status();
        return found.namespaces[0]?.temporal === 'busy' ? found : undefined;
      },
      { says: 'it is not busy' },
    );
    equal(busy.problems[0]?.kind, 'temporal-busy');
    match(busy.problems[0]?.text ?? '', /RESOURCE_EXHAUSTED.*this page may be out of date/);
    // A call to Temporal may take ten seconds: the page does not wait for one.
    const begun = Date.now();
    const { problems } = await getJson<JobList>(`${running.url}/api/jobs`);
    ok(Date.now() - begun < 5_000);
    equal(problems[0]?.kind, 'temporal-busy');
    // With fewer calls the server answers again.
    await until(async () => (await status()).namespaces[0]?.temporal === 'ok', { says: 'it stays busy' });
  } finally {
    await running.close();
    await server.stop();
  }
});
