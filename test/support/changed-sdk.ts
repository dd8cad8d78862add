/**
 * Copies of the Temporal SDK in which one of its internals has another name, as it might have in a later version.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const WORKFLOW = dirname(require.resolve('@temporalio/workflow/package.json'));
/** In the folder of the compiled tests, so that the copies resolve the SDK's dependencies. */
const PARENT = join(__dirname, '..', '..');

export interface ChangedSdk {
  /** Path of the copy of `@temporalio/workflow`. */
  readonly directory: string;
  remove(): Promise<void>;
}

/** Copies `@temporalio/workflow`, with each occurrence of the identifier `name` replaced by `renamed`. */
export async function copySdkWithRename(name: string, renamed: string, target?: string): Promise<ChangedSdk> {
  const directory = target ?? (await mkdtemp(join(PARENT, 'changed-sdk-')));
  await cp(WORKFLOW, directory, { recursive: true });
  const lib = join(directory, 'lib');
  const files = (await readdir(lib)).filter((file) => file.endsWith('.js'));
  const word = new RegExp(`\\b${name}\\b`, 'g');
  for (const file of files) {
    const code = await readFile(join(lib, file), 'utf8');
    await writeFile(join(lib, file), code.replace(word, renamed));
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
