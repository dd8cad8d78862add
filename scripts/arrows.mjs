/**
 * Checks which folders import which, including types, and what code in the workflow sandbox imports.
 *
 * Part of `npm run check`, one line for each rule. Reads imports with a parser, not with patterns.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { ROOT } from './setup.mjs';

/**
 * The folders that each folder may import, from the bottom up: with `(lazily)` only by `import()`, with `(types)`
 * only types.
 */
const ARROWS = {
  core: [],
  sampling: ['core'],
  export: ['core', 'sampling'],
  interceptors: ['core', 'sampling'],
  client: ['core', 'sampling', 'export (lazily)'],
  activities: ['core', 'sampling', 'interceptors'],
  workflows: ['core', 'sampling', 'interceptors', 'activities (types)'],
  worker: ['core', 'sampling', 'export', 'interceptors', 'client', 'activities'],
  alerts: ['core', 'sampling', 'export', 'client'],
  console: ['core', 'sampling', 'export', 'client', 'alerts'],
  // Tests, examples and benchmarks use the package as users do, through its entries; `testing` serves all of them.
  testing: [],
  examples: ['testing', 'core'],
};

/** Entries of the code that runs in the workflow sandbox, and the packages that it may import at run time. */
const SANDBOX = ['sandbox.ts', 'workflow.ts', 'workflows/index.ts', 'alerts/workflows/index.ts'];
const SANDBOX_PACKAGES =
  /^@temporalio\/(workflow|common)(\/|$)|^@temporalio\/interceptors-opentelemetry\/lib\/workflow\/definitions$/;

/** Returns the name of each rule, and the imports that break it, a line each. */
export function checkArrows() {
  const files = sourceFiles();
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const folders = Object.entries(ARROWS).map(([folder, allowed]) => ({
    name: `${folder} imports ${allowed.length > 0 ? allowed.join(', ') : 'no other folder'}`,
    problems: files
      .filter((file) => file.startsWith(`${folder}/`))
      .flatMap((file) => imports.get(file).filter((found) => isForbidden(folder, allowed, found))),
  }));
  const sandbox = {
    name: 'sandbox code imports @temporalio/workflow and common',
    problems: sandboxProblems(imports),
  };
  return [...folders, sandbox].map(({ name, problems }) => ({ name, problems: problems.map(describe) }));
}

function sourceFiles() {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  return [...new Set(listed.trim().split('\n'))].filter((file) => existsSync(join(ROOT, file)));
}

/**
 * Returns the imports of a file: `{ file, source, target, kind }`, with the kind `value`, `type` or `lazy`; `target` is
 * `undefined` for a package.
 */
function importsOf(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module;
  const found = [
    ...staticImports.map(({ moduleRequest, entries }) => ({
      source: moduleRequest.value,
      kind: entries.length > 0 && entries.every(({ isType }) => isType) ? 'type' : 'value',
    })),
    ...staticExports.flatMap(({ entries }) =>
      entries
        .filter(({ moduleRequest }) => moduleRequest)
        .map(({ moduleRequest, isType }) => ({
          source: moduleRequest.value,
          kind: isType ? 'type' : 'value',
        })),
    ),
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      source: text.slice(start + 1, end - 1),
      kind: 'lazy',
    })),
  ];
  return found.map(({ source, kind }) => ({ file, source, kind, target: targetOf(file, source) }));
}

function targetOf(file, source) {
  if (!source.startsWith('.')) return undefined;
  const path = posix.join(dirname(file), source.replace(/\.js$/, ''));
  return [`${path}.ts`, `${path}/index.ts`].find((candidate) => existsSync(join(ROOT, candidate)));
}

function isForbidden(folder, allowed, { target, kind }) {
  if (target === undefined) return false;
  const other = target.includes('/') ? target.slice(0, target.indexOf('/')) : target;
  if (other === folder || allowed.includes(other)) return false;
  if (kind === 'lazy') return !allowed.includes(`${other} (lazily)`);
  return !(kind === 'type' && allowed.includes(`${other} (types)`));
}

/** Returns the forbidden imports, following run-time imports from the sandbox's entries. */
function sandboxProblems(imports) {
  const reached = new Set(SANDBOX);
  const problems = [];
  for (const file of reached) {
    for (const found of imports.get(file)) {
      if (found.kind === 'type') continue;
      if (found.target) reached.add(found.target);
      else if (!SANDBOX_PACKAGES.test(found.source)) problems.push(found);
    }
  }
  return problems;
}

function describe({ file, source, kind }) {
  return `${file} imports ${source}${kind === 'value' ? '' : ` (${kind})`}`;
}
