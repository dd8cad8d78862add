/**
 * `npm run check`: all checks of the code that do not run it, one line each.
 */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findRetiredWords } from './retired-words.mjs';
import { fail, installDependencies, ROOT } from './setup.mjs';

const CHECKS = [
  { name: 'format and import order', command: 'biome check --linter-enabled=false --error-on-warnings .' },
  // Includes import cycles, also of types, and floating promises.
  { name: 'lint', command: 'biome lint --error-on-warnings .' },
  { name: 'types', command: 'tsc --noEmit -p tsconfig.json' },
  { name: 'types of the pages', command: 'tsc -p console/page/tsconfig.json' },
  { name: 'unused files, exports and dependencies', command: 'knip' },
  // Reports unknown words: correct them, or add them to cspell.json.
  {
    name: 'spelling',
    command: 'cspell lint --no-progress --no-summary --cache --cache-location node_modules/.cache/cspell .',
  },
  // Reports code that occurs twice, from the number of tokens in .jscpd.json: write one function.
  { name: 'duplicated code', command: 'jscpd .' },
];

try {
  await installDependencies();
  for (const { name, command } of CHECKS) {
    report(name, await failureOf(command));
  }
  const retired = findRetiredWords();
  report('words', retired.length > 0 ? retired.join('\n') : undefined);
  // Loaded only now, since they need a dependency.
  const { checkArrows } = await import('./arrows.mjs');
  for (const { name, problems } of checkArrows())
    report(name, problems.length > 0 ? problems.join('\n') : undefined);
  const { checkApiReport } = await import('./api-report.mjs');
  const problems = checkApiReport();
  report('public surface as in api-report.md', problems.length > 0 ? problems.join('\n') : undefined);
} catch (error) {
  fail(error);
}

function report(name, failure) {
  console.log(`${failure === undefined ? 'ok    ' : 'FAILED'}  ${name}`);
  if (failure === undefined) return;
  console.log(failure);
  process.exitCode = 1;
}

/** Returns the output of a command that failed; `undefined` if it succeeded. */
function failureOf(command) {
  const [program, ...args] = command.split(' ');
  return new Promise((resolve) => {
    const options = { cwd: ROOT, maxBuffer: Number.POSITIVE_INFINITY };
    execFile(join(ROOT, 'node_modules', '.bin', program), args, options, (error, stdout, stderr) => {
      resolve(error ? `${stdout}${stderr}`.trim() || error.message : undefined);
    });
  });
}
