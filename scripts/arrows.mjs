/**
 * Checks which folders import which, including types, and what code in the workflow sandbox imports.
 *
 * Part of `npm run check`, one line for each rule. Reads imports with a parser, not with patterns.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { ROOT } from './setup.mjs';

/** The top-level folders that each may import, from the bottom up: with `(types)` only types. */
const ARROWS = {
  core: [],
  sampling: ['core'],
  export: ['core', 'sampling'],
  interceptors: ['core', 'sampling'],
  client: ['core', 'sampling'],
  activities: ['core', 'sampling', 'interceptors'],
  workflows: ['core', 'sampling', 'interceptors', 'activities (types)'],
  worker: ['core', 'sampling', 'export', 'interceptors', 'client', 'activities'],
  alerts: ['core', 'sampling', 'export', 'client'],
  console: ['core', 'sampling', 'export', 'client', 'alerts'],
  // Serves tests, examples and benchmarks. Tests may import all folders.
  testing: [],
  // Examples use the package as users do, through its entries.
  examples: ['testing', 'core'],
  // Benchmarks also import the parts that they measure.
  bench: ['testing', 'core', 'sampling', 'export', 'worker', 'alerts', 'console'],
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

/** Returns the imports of a file: `{ file, source, target, isType }`; `target` is `undefined` for a package. */
function importsOf(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const { module, program } = parseSync(file, text);
  const found = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      source: moduleRequest.value,
      isType: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries
        .filter(({ moduleRequest }) => moduleRequest)
        .map(({ moduleRequest, isType }) => ({ source: moduleRequest.value, isType })),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      source: text.slice(start + 1, end - 1),
      isType: false,
    })),
  ];
  new Visitor({
    TSImportType({ source }) {
      found.push({ source: source.value, isType: true });
    },
    CallExpression({ callee, arguments: [source] }) {
      const isRequire = callee.name === 'require' && typeof source?.value === 'string';
      if (isRequire) found.push({ source: source.value, isType: false });
    },
  }).visit(program);
  return found.map(({ source, isType }) => ({ file, source, isType, target: targetOf(file, source) }));
}

function targetOf(file, source) {
  if (!source.startsWith('.')) return undefined;
  const path = posix.join(dirname(file), source.replace(/\.js$/, ''));
  const candidates = ['.ts', '.tsx', '/index.ts'].map((end) => path + end);
  return candidates.find((candidate) => existsSync(join(ROOT, candidate)));
}

function isForbidden(folder, allowed, { target, isType }) {
  if (target === undefined) return false;
  const [other] = target.split('/');
  return other !== folder && !allowed.includes(other) && !(isType && allowed.includes(`${other} (types)`));
}

/** Returns the forbidden imports, following run-time imports from the sandbox's entries. */
function sandboxProblems(imports) {
  const reached = new Set(SANDBOX);
  const problems = [];
  for (const file of reached) {
    for (const found of imports.get(file)) {
      if (found.isType) continue;
      if (found.target) reached.add(found.target);
      else if (!SANDBOX_PACKAGES.test(found.source)) problems.push(found);
    }
  }
  return problems;
}

function describe({ file, source, isType }) {
  return `${file} imports ${source}${isType ? ' (types)' : ''}`;
}
