/** The files that pages for contributors name exist. */
import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

const ROOT = path.join(__dirname, '../../..');
/** Paths that the build or users create. */
const NOT_OURS = ['dist', 'node_modules'];

it('the files and folders that CONTRIBUTING, architecture and decisions name are there', () => {
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_OURS.includes(entry.name))
    .map(({ name }) => name);
  const decisions = readdirSync(path.join(ROOT, 'docs/decisions')).map((name) => `docs/decisions/${name}`);
  const pages = ['CONTRIBUTING.md', 'docs/architecture.md', ...decisions];
  const named = pages.flatMap((page) => {
    const text = readFileSync(path.join(ROOT, page), 'utf8');
    return Array.from(text.matchAll(/`([\w.-]+)(\/[\w./-]*)`/g), ([, folder = '', rest = '']) => ({
      page,
      folder,
      file: folder + rest,
    })).filter(({ folder }) => folders.includes(folder));
  });
  ok(named.length > 50, String(named.length));
  deepEqual(
    named
      .filter(({ file }) => !existsSync(path.join(ROOT, file)))
      .map(({ page, file }) => `${page}: ${file}`),
    [],
  );
});
