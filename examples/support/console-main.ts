/**
 * Program: the console as users start it; it ends with the example that started it.
 */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = dirname(require.resolve('temporal-job-tracing/package.json'));

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
void import(pathToFileURL(join(root, 'dist', 'cli.js')).href);
