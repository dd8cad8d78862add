/** Workflows of the names of those of alerts, with other commands: histories of the real ones cannot replay. */
import { sleep } from '@temporalio/workflow';

async function other(): Promise<void> {
  await sleep('1 second');
  await sleep('1 second');
}

export { other as jobAlert, other as jobAlertGroup, other as jobWatcher };
