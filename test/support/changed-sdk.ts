/**
 * Copies of the Temporal SDK in which one of its internals has another name, as it might have in a later version.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const WORKFLOW = dirname(require.resolve('@temporalio/workflow/package.json'));
/** Beside the tests' compiled code, so that the copies find what the SDK depends on. */
const BESIDE = join(__dirname, '..', '..');

export interface ChangedSdk {
  /** The copy of `@temporalio/workflow`. */
  readonly directory: string;
  remove(): Promise<void>;
}

/** A copy of `@temporalio/workflow` that says `renamed` wherever the original says `name`. */
export async function changedSdk(name: string, renamed: string, to?: string): Promise<ChangedSdk> {
  const directory = to ?? (await mkdtemp(join(BESIDE, 'changed-sdk-')));
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
