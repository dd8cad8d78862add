/**
 * Program: `temporal-download.js <directory> <version>` leaves the SDK's download of the Temporal CLI in the
 * directory. The SDK has no call for the download alone, so a server is started with it and stopped at once.
 */

import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';

async function main(downloadDir: string, version: string): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const executable = { type: 'cached-download', downloadDir, version } as const;
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await environment.teardown();
}

const [downloadDir, version] = process.argv.slice(2);
if (downloadDir === undefined || version === undefined) throw new Error('usage: <directory> <version>');
main(downloadDir, version).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
