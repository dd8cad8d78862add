/**
 * A process with the policy store of a worker: prints the ratio of job `a` whenever it changes, and takes from a
 * counter for each line of standard input. Input and output are lines of JSON.
 */
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { redisPolicyStore } from 'temporal-job-tracing';
import { ruleFor } from '../../../sampling/match.js';
import { FALLBACK } from '../redis-store.js';

const store = redisPolicyStore({
  redis: new Redis(Number(process.argv[2]), '127.0.0.1', { lazyConnect: true }),
});
store.start({ info: () => {}, warn: () => {} }, FALLBACK);

let ratio: number | undefined;
setInterval(() => {
  const now = ruleFor(store.current(), 'a').rule.ratio;
  if (now !== ratio) print({ ratio: now });
  ratio = now;
}, 5);

createInterface(process.stdin)
  .on('line', (line) => {
    const { key, runs, perMs, times, pauseMs } = JSON.parse(line);
    let taken = 0;
    let left = times;
    const timer = setInterval(() => {
      if (store.counters.take(key, { runs, perMs })) taken++;
      if (--left > 0) return;
      clearInterval(timer);
      print({ taken });
    }, pauseMs);
  })
  .on('close', () => process.exit());

function print(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
