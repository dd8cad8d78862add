/** `docs/spans.md` lists each attribute, metric and event of the package. */
import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

const ROOT = path.join(__dirname, '../..');
const FOLDERS = ['activities', 'client', 'core', 'export', 'interceptors', 'sampling', 'worker', 'workflows'];
const NAME = /'((?:job|traffic|temporal|workflow)\.[a-z_.]+)'/g;

it('the reference of spans has every attribute, metric and event', () => {
  const page = readFileSync(path.join(ROOT, 'docs/spans.md'), 'utf8').replaceAll('`, `.', '`, `job.shards.');
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8')),
  );
  const names = new Set(
    sources.flatMap((source) => Array.from(source.matchAll(NAME), ([, name = '']) => name)),
  );
  ok(names.size > 30, [...names].join());
  deepEqual(
    [...names].filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});
