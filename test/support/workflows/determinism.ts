/** Workflows that tell what user code sees: its random sequence and the order of its effects. */
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

/** Tells the test what user code saw, on replay, too. */
export interface SeenSinks extends Sinks {
  seen: { saw(what: string): void };
}

const { saw } = proxySinks<SeenSinks>().seen;

function draw(): void {
  saw(uuid4());
  saw(String(Math.random()));
}

export const drawOnce = defineSignal('drawOnce');
export const drawTwice = defineUpdate('drawTwice');

/** Draws before, between and after calls, and in handlers. */
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
  // The ids of children that are given none are drawn, too.
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

/** Microtasks of the main function and of handlers, one by one. */
export async function ordered(): Promise<void> {
  let finished = 0;
  async function ticks(name: string): Promise<void> {
    for (let tick = 0; tick < 12; tick++) {
      saw(`${name} ${tick}`);
      await Promise.resolve();
    }
    finished++;
  }
  saw('main begins');
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
  saw('main ends');
}
