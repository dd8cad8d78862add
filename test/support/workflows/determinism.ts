/** Workflows that record the random sequence of user code and the order of its effects. */
import {
  condition,
  defineSignal,
  defineUpdate,
  executeChild,
  proxyActivities,
  proxySinks,
  type Sinks,
  setHandler,
  sleep,
  uuid4,
} from '@temporalio/workflow';
import type * as activities from '../activities';

const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

/** Records a value in the test's process, also during replay. */
export interface RecordingSinks extends Sinks {
  recorder: { record(what: string): void };
}

const { record } = proxySinks<RecordingSinks>().recorder;

function draw(): void {
  record(uuid4());
  record(String(Math.random()));
}

export const drawOnce = defineSignal('drawOnce');
export const drawTwice = defineUpdate('drawTwice');

/** Draws random values before, between and after calls, and in handlers. */
export async function drawing(): Promise<void> {
  let signalled = false;
  let updated = false;
  setHandler(drawOnce, () => {
    draw();
    signalled = true;
  });
  setHandler(drawTwice, async () => {
    draw();
    await callDownstream();
    draw();
    updated = true;
  });
  draw();
  await callDownstream();
  draw();
  // Workflow ids that the SDK generates for children are also random.
  await Promise.all([executeChild(drawingChild), executeChild(drawingChild)]);
  draw();
  await sleep(1 + 10 * Math.random());
  await condition(() => signalled && updated);
  draw();
}

export async function drawingChild(): Promise<void> {
  draw();
  await callDownstream();
  draw();
}

export const first = defineSignal('first');
export const second = defineSignal('second');
export const third = defineUpdate('third');

/** Records each microtask of the main function and of handlers. */
export async function ordered(): Promise<void> {
  let finished = 0;
  async function ticks(name: string): Promise<void> {
    for (let tick = 0; tick < 12; tick++) {
      record(`${name} ${tick}`);
      await Promise.resolve();
    }
    finished++;
  }
  record('main begins');
  setHandler(first, () => ticks('first'));
  setHandler(third, () => ticks('third'));
  await ticks('main');
  setHandler(second, async () => {
    await ticks('second');
    await callDownstream();
    await ticks('second, later');
  });
  await Promise.all([
    callDownstream().then(() => ticks('activity')),
    callDownstream().then(() => ticks('another activity')),
    executeChild(drawingChild).then(() => ticks('child')),
    sleep(1).then(() => ticks('timer')),
  ]);
  await condition(() => finished === 10);
  record('main ends');
}
