/** The published package has no dead link: its pages link to files, pictures and headings in the package. */
import { deepEqual, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

const ROOT = path.join(__dirname, '../../..');

it('relative links of the published pages lead to published files', () => {
  const pack = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' })) as [
    { files: { path: string }[] },
  ];
  const files = new Set(packed.files.map((file) => file.path));
  const pages = [...files].filter((file) => file.endsWith('.md'));
  ok(pages.includes('README.md') && pages.includes('docs/starts.md'), pages.join());
  deepEqual(
    pages.flatMap((page) => deadLinks(page, files)),
    [],
  );
});

function deadLinks(page: string, files: ReadonlySet<string>): string[] {
  const links = Array.from(textOf(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
  return links
    .filter((link) => !/^\w+:/.test(link) && !leadsSomewhere(page, link, files))
    .map((link) => `${page}: ${link}`);
}

function leadsSomewhere(page: string, link: string, files: ReadonlySet<string>): boolean {
  const [file = '', heading] = link.split('#');
  const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
  return files.has(target) && (heading === undefined || headingsOf(target).includes(heading));
}

/** Returns the anchors of npm and GitHub for headings. */
function headingsOf(page: string): string[] {
  return Array.from(textOf(page).matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

function textOf(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}
