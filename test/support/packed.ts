/**
 * The package as it is published: packed by npm, and unpacked beside links to the installed modules of the repository.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const NAME = 'temporal-job-tracing';
const ROOT = dirname(require.resolve(`${NAME}/package.json`));

const run = promisify(execFile);

export interface UnpackedPackage {
  /** A project's folder. Its `node_modules` has the package, and links to the repository's installed modules. */
  readonly project: string;
  /** The package's folder in the project. */
  readonly directory: string;
  readonly tarball: string;
  remove(): Promise<void>;
}

/** Packs the compiled package into this folder; returns the tarball's path. */
export async function pack(folder: string): Promise<string> {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  const [tarball] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}`);
  return join(folder, tarball);
}

/** Packs and unpacks the package; the caller removes the project. */
export async function packAndUnpack(): Promise<UnpackedPackage> {
  const project = await mkdtemp(join(tmpdir(), 'job-tracing-packed-'));
  const remove = () => rm(project, { recursive: true, force: true });
  try {
    const tarball = await pack(project);
    const modules = join(project, 'node_modules');
    await mkdir(modules);
    const installed = join(ROOT, 'node_modules');
    for (const name of await readdir(installed)) await symlink(join(installed, name), join(modules, name));
    await run('tar', ['-xzf', tarball, '-C', project]);
    const directory = join(modules, NAME);
    await rename(join(project, 'package'), directory);
    return { project, directory, tarball, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
