/**
 * Workflow ids of incidents, one for each job or task queue, within the server's limit of 255 characters.
 */
import { createHash } from 'node:crypto';
import type { Subject } from './incident/message';

const PREFIX: Readonly<Record<Subject['kind'], string>> = Object.freeze({
  job: 'job-alert/',
  queue: 'job-alert-queue/',
  test: 'job-alert-test/',
  group: 'job-alert-group/',
  watcher: 'job-alert-watcher/',
});
/** Longest name, in bytes of UTF-8, that is used unchanged; a longer one is cut and gets a hash. */
const MAX_NAME_BYTES = 180;
const HASH_DIGITS = 32;

/**
 * Returns the workflow id of the subject's incident; a long name is shortened to its beginning and a hash.
 */
export function incidentId({ kind, name }: Subject): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= MAX_NAME_BYTES) return PREFIX[kind] + name;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, HASH_DIGITS);
  // Drops a character that was cut in two.
  const beginning = bytes
    .subarray(0, MAX_NAME_BYTES)
    .toString()
    .replace(/\ufffd+$/, '');
  return `${PREFIX[kind]}${beginning}#${hash}`;
}

/**
 * Returns the subject of an incident, from its workflow id; a long name is the shortened one. `undefined` for
 * other workflow ids.
 */
export function incidentSubject(workflowId: string): Subject | undefined {
  const kinds = Object.keys(PREFIX) as Subject['kind'][];
  const kind = kinds.find((each) => workflowId.startsWith(PREFIX[each]));
  return kind && { kind, name: workflowId.slice(PREFIX[kind].length) };
}
