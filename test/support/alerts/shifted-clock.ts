/**
 * Preloaded into a process: its clock differs from the machine's by the milliseconds in a file, which a test may change.
 * What it leaves is as after a change of the machine's clock: timers and `performance.now()` go on.
 */
import { readFileSync } from 'node:fs';

const { CLOCK_FILE = '' } = process.env;
const TrueDate = Date;
let aheadMs = 0;

function read(): void {
  const text = readFileSync(CLOCK_FILE, 'utf8');
  // It is empty while it is being written.
  if (text !== '') aheadMs = Number(text);
}

read();
setInterval(read, 50).unref();

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [TrueDate.now() + aheadMs] : args, newTarget),
  get: (target, name) =>
    name === 'now' ? () => TrueDate.now() + aheadMs : Reflect.get(target, name, target),
});
