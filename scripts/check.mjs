/**
 * `npm run check`: everything about the code that can be said without running it, one line for each check.
 */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fail, installDependencies, ROOT } from './setup.mjs';

const CHECKS = [
  { name: 'format and import order', command: 'biome check --linter-enabled=false --error-on-warnings .' },
  // With import cycles, floating promises and what the sandbox may import.
  { name: 'lint', command: 'biome lint --error-on-warnings .' },
  { name: 'types', command: 'tsc --noEmit -p tsconfig.json' },
  { name: 'unused files, exports and dependencies', command: 'knip' },
];

try {
  await installDependencies();
  for (const { name, command } of CHECKS) {
    const output = await failureOf(command);
    console.log(`${output === undefined ? 'ok    ' : 'FAILED'}  ${name}`);
    if (output === undefined) continue;
    console.log(output);
    process.exitCode = 1;
  }
} catch (error) {
  fail(error);
}

/** What the command printed if it failed, `undefined` if it succeeded. */
function failureOf(command) {
  const [program, ...args] = command.split(' ');
  return new Promise((resolve) => {
    const options = { cwd: ROOT, maxBuffer: Number.POSITIVE_INFINITY };
    execFile(join(ROOT, 'node_modules', '.bin', program), args, options, (error, stdout, stderr) => {
      resolve(error ? `${stdout}${stderr}`.trim() || error.message : undefined);
    });
  });
}
