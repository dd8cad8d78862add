/**
 * Writes the public surface of the package to `api-report.md`: every exported declaration of every entry, without
 * comments. A change of the surface changes the report, and is so seen in review.
 *
 * `npm run api-report` writes the report. `npm run check` compares it, and refuses a type that a public signature uses
 * and its entry does not export.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { ROOT } from './setup.mjs';

const REPORT = join(ROOT, 'api-report.md');
const HEAD = `# API report

Every name that the package exports. Written by \`npm run api-report\`, checked by \`npm run check\`.
`;

/** Returns the problems of the report and the surface, a line each. */
export function checkApiReport() {
  const { text, problems } = readApi();
  const written = existsSync(REPORT) ? readFileSync(REPORT, 'utf8') : '';
  return text === written
    ? problems
    : [...problems, 'api-report.md is not up to date: run `npm run api-report` and commit it'];
}

/** Returns the report's text, and the types that public signatures use and the entry does not export. */
function readApi() {
  const directory = mkdtempSync(join(tmpdir(), 'api-report-'));
  try {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    const args = ['-p', ROOT, '--emitDeclarationOnly', '--noCheck', '--incremental', 'false'];
    execFileSync(tsc, [...args, '--outDir', directory], { stdio: ['ignore', 'inherit', 'inherit'] });
    const modules = new Modules();
    const sections = entries().map(([entry, file]) => describeEntry(modules, entry, join(directory, file)));
    return {
      text: [HEAD, ...sections.map(({ text }) => text)].join('\n'),
      problems: sections.flatMap(({ problems }) => problems),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Returns the entries with their declaration files, relative to the directory of all declarations. */
function entries() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([entry, { types }]) =>
    types === undefined ? [] : [[entry, types.replace('./dist/', '')]],
  );
}

function describeEntry(modules, entry, file) {
  const names = [...modules.get(file).exported].sort(([a], [b]) => (a < b ? -1 : 1));
  const found = names.map(([name, local]) => ({ name, symbol: modules.resolve(file, local) }));
  const known = new Set(found.map(({ symbol }) => symbol.id));
  const missing = new Map();
  for (const { name, symbol } of found)
    for (const used of modules.usedBy(symbol))
      if (!known.has(used.id) && !missing.has(used.id))
        missing.set(used.id, `${entry}: ${name} uses ${used.name}, which the entry does not export`);
  const code = found.map(({ name, symbol }) => modules.textOf(symbol, name)).join('\n\n');
  const specifier = `temporal-job-tracing${entry.slice(1)}`;
  const body = code === '' ? 'No names: it is imported for its effect.\n' : `\`\`\`ts\n${code}\n\`\`\`\n`;
  return { text: `## ${specifier}\n\n${body}`, problems: [...missing.values()] };
}

/** The declaration files, each parsed once. */
class Modules {
  #modules = new Map();

  get(file) {
    if (!this.#modules.has(file)) this.#modules.set(file, parseModule(file));
    return this.#modules.get(file);
  }

  /** Follows re-exports and imports to the declaration of the name. */
  resolve(file, name) {
    const { declared, imported, exported } = this.get(file);
    if (declared.has(name)) return { id: `${file} ${name}`, file, name };
    const origin = imported.get(name);
    if (origin !== undefined) return this.resolve(origin.file, origin.name);
    const local = exported.get(name);
    if (local === undefined || local === name) throw new Error(`${file}: no declaration of ${name}`);
    return this.resolve(file, local);
  }

  /** Returns the project's declarations that a declaration refers to. */
  usedBy({ file, name }) {
    const { declared, imported } = this.get(file);
    const used = new Map();
    const use = (symbol) => used.set(symbol.id, symbol);
    for (const node of declared.get(name).nodes) {
      const parameters = typeParametersOf(node);
      for (const reference of referencesOf(node)) {
        if (reference.file !== undefined)
          use(this.resolve(join(dirname(file), reference.file), reference.name));
        else if (
          !parameters.has(reference.name) &&
          (declared.has(reference.name) || imported.has(reference.name))
        )
          use(this.resolve(file, reference.name));
      }
    }
    return used.values();
  }

  /** Returns the declarations without comments, under their exported name. */
  textOf({ file, name }, exportedName) {
    const { declared } = this.get(file);
    const { texts } = declared.get(name);
    const renamed = exportedName === name ? [] : [`// exported as ${exportedName}`];
    return [...renamed, ...texts].join('\n');
  }
}

const DECLARATIONS = new Set([
  'ClassDeclaration',
  'FunctionDeclaration',
  'TSDeclareFunction',
  'TSEnumDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'VariableDeclaration',
]);

/** Returns the declarations, the imports of the project's modules and the exports of a file, by local names. */
function parseModule(file) {
  const source = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, source);
  const module = { declared: new Map(), imported: new Map(), exported: new Map() };
  const declare = (node, { start, end }) => {
    const text = withoutComments(source, comments, start, end);
    for (const name of namesOf(node)) {
      const found = module.declared.get(name) ?? { nodes: [], texts: [] };
      module.declared.set(name, { nodes: [...found.nodes, node], texts: [...found.texts, text] });
    }
  };
  for (const statement of program.body) {
    const { type, declaration } = statement;
    if (DECLARATIONS.has(type)) declare(statement, statement);
    if (type === 'ImportDeclaration') addImports(module, file, statement);
    if (type !== 'ExportNamedDeclaration') continue;
    if (declaration) declare(declaration, statement);
    addExports(module, file, statement);
  }
  return module;
}

function addImports({ imported }, file, { source, specifiers }) {
  const origin = fileOf(file, source.value);
  if (origin === undefined) return;
  for (const { local, imported: name = local } of specifiers)
    imported.set(local.name, { file: origin, name: name.name });
}

function addExports({ imported, exported }, file, { source, specifiers, declaration }) {
  if (declaration) for (const name of namesOf(declaration)) exported.set(name, name);
  const origin = source && fileOf(file, source.value);
  for (const { local, exported: name } of specifiers) {
    // A re-exported name has no local name; the alias stands for it, and cannot occur in code.
    const alias = origin ? `${name.name} of ${origin}` : local.name;
    if (origin) imported.set(alias, { file: origin, name: local.name });
    exported.set(name.name, alias);
  }
}

/** Returns the declaration file of a module; `undefined` for a package. */
function fileOf(importer, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const path = join(dirname(importer), specifier.replace(/\.js$/, ''));
  return [`${path}.d.ts`, join(path, 'index.d.ts')].find(existsSync);
}

function namesOf(node) {
  if (node.type !== 'VariableDeclaration') return [node.id.name];
  return node.declarations.map(({ id }) => id.name);
}

function withoutComments(source, comments, start, end) {
  let text = '';
  let at = start;
  for (const comment of comments.filter((one) => one.start >= start && one.end <= end)) {
    text += source.slice(at, comment.start);
    at = comment.end;
  }
  return `${text}${source.slice(at, end)}`.replace(/^\s*\n/gm, '').replace(/^(export )?declare /, '$1');
}

/** Returns the names of the type parameters, which hide types of the same names. */
function typeParametersOf(node) {
  const names = new Set();
  visit(node, { TSTypeParameter: ({ name }) => names.add(name.name ?? name) });
  return names;
}

/** Returns the names that a declaration refers to; for `import('…')` with `file`, relative to its module. */
function referencesOf(node) {
  const found = [];
  const add = (expression) => {
    const root = leftmost(expression);
    if (root?.type === 'Identifier') found.push({ name: root.name });
  };
  visit(node, {
    TSTypeReference: ({ typeName }) => add(typeName),
    TSTypeQuery: ({ exprName }) => add(exprName),
    TSInterfaceHeritage: ({ expression }) => add(expression),
    TSClassImplements: ({ expression }) => add(expression),
    ClassDeclaration: ({ superClass }) => superClass && add(superClass),
    TSImportType: ({ source, qualifier }) => {
      if (source.value.startsWith('.') && qualifier)
        found.push({ file: `${source.value.replace(/\.js$/, '')}.d.ts`, name: leftmost(qualifier).name });
    },
  });
  return found;
}

function leftmost(expression) {
  return expression?.type === 'TSQualifiedName' ? leftmost(expression.left) : expression;
}

function visit(node, handlers) {
  new Visitor(handlers).visit({ type: 'Program', body: [node], sourceType: 'module', hashbang: null });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { text, problems } = readApi();
  writeFileSync(REPORT, text);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
