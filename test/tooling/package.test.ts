/**
 * The package as it is published: what users import of it, by either module system.
 */
import { deepEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type Packed, unpacked } from '../support/packed';

const run = promisify(execFile);

/** The values of each entry. A name that is missing here is not public yet; one that is gone breaks users. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  '.': ['JobTracingPlugin', 'OptionError', 'redisPolicyStore'],
  './client': [
    'JobClient',
    'OptionError',
    'SamplingClient',
    'SamplingConflictError',
    'ScheduledJobError',
    'SearchAttributesError',
    'TraceIdError',
  ],
  './workflow': ['forEachItem', 'jobInfo', 'mapReduce'],
  './workflows': ['httpJob', 'jobTick', 'mapReduceBranch', 'scheduledJob'],
  './activities': [
    'OptionError',
    'completeFromCallback',
    'createHttpActivities',
    'jobInfo',
    'scheduledJobActivities',
  ],
  './alerts': ['OptionError', 'startJobWatcher'],
  './register': [],
  './workflow-interceptors': ['interceptors'],
};

describe('the published package', () => {
  let packed: Packed;
  before(async () => {
    packed = await unpacked();
  });
  after(() => packed?.remove());

  /** What a program prints, run in the project. */
  async function printed(file: string, code: string): Promise<string> {
    const path = join(packed.project, file);
    await writeFile(path, code);
    return (await run(process.execPath, [path], { cwd: packed.project, timeout: 60_000 })).stdout.trim();
  }

  it('has these entries', async () => {
    const manifest = JSON.parse(await readFile(join(packed.directory, 'package.json'), 'utf8')) as {
      exports: object;
    };
    const modules = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'));
    deepEqual(modules.sort(), Object.keys(NAMES).sort());
  });

  for (const [entry, names] of Object.entries(NAMES)) {
    const specifier = `temporal-job-tracing${entry.slice(1)}`;
    it(`${specifier} has its names for ES modules and CommonJS`, async () => {
      const code = `import { createRequire } from 'node:module';
        import '${specifier}';
        ${names.length > 0 ? `import { ${names} } from '${specifier}';` : ''}
        const required = createRequire(import.meta.url)('${specifier}');
        const differs = Object.entries({ ${names} }).filter(([name, value]) => required[name] !== value);
        console.log(JSON.stringify([Object.keys(required).sort(), differs]));`;
      deepEqual(JSON.parse(await printed('named.mjs', code)), [names, []]);
    });
  }
});
