/**
 * Workflows with the names of the alert workflows and other commands, so that histories of the real ones do not replay.
 */
import { sleep } from '@temporalio/workflow';

async function other(): Promise<void> {
  await sleep('1 second');
  await sleep('1 second');
}

export { other as jobAlert, other as jobAlertGroup, other as jobWatcher };
