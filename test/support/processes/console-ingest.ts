/**
 * A console's ingest and store in a process that tests can kill, in the directory `DATA`. First writes a file of
 * `BALLAST` bytes beside the directory; a POST to `/test/free` deletes it. Prints its address.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startConsoleIngest } from '../console-ingest';

const { DATA = '', BALLAST = '0' } = process.env;
const FILE = join(DATA, '..', 'ballast');

async function main(): Promise<void> {
  writeFileSync(FILE, Buffer.alloc(Number(BALLAST)));
  const { url, ingest, source } = await startConsoleIngest({ directory: DATA });
  ingest.app.post('/test/free', (context) => {
    rmSync(FILE);
    return context.body(null);
  });
  ingest.app.get('/test/status', (context) => context.json(ingest.status()));
  ingest.app.get('/test/traces/:id', async (context) => {
    const trace = await source.trace(context.req.param('id'));
    return context.json(trace?.spans.length ?? 0);
  });
  console.log(url);
}

void main();
