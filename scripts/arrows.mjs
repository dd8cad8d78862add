/**
 * Which folder may import which, types included, and what code in the workflow sandbox may import.
 *
 * Part of `npm run check`, one line for each rule. Reads imports with a parser, not with patterns.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { ROOT } from './setup.mjs';

/**
 * What each folder may import of the others, from the ground up. An arrow with a mark is limited: `(lazily)` to
 * `import()`, `(types)` to types.
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
  // Tests, examples and benchmarks use the product as users do, by its entries; these two serve all of them.
  testing: [],
  examples: ['testing', 'core'],
};

/** Entries of the code that is evaluated in the workflow sandbox, and the packages it may import at run time. */
const SANDBOX = ['sandbox.ts', 'workflow.ts', 'workflows/index.ts', 'alerts/workflows/index.ts'];
const SANDBOX_PACKAGES =
  /^@temporalio\/(workflow|common)(\/|$)|^@temporalio\/interceptors-opentelemetry\/lib\/workflow\/definitions$/;

/** @returns for each rule its name and what breaks it, a line each */
export function checkArrows() {
  const files = sourceFiles();
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const folders = Object.entries(ARROWS).map(([folder, allowed]) => ({
    name: `${folder} imports ${allowed.length > 0 ? allowed.join(', ') : 'nothing of ours'}`,
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

/** What a file imports: `{ file, source, target, kind }`, kind `value`, `type` or `lazy`; `target` of our own files. */
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

/** Follows the imports at run time from the sandbox's entries. */
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
