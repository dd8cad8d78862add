/**
 * Workflow ids of incidents: one for each job and task queue, within the 255 characters that servers take.
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
/** Bytes of a name that is kept as it is. */
const MAX_NAME_BYTES = 180;
const HASH_DIGITS = 32;

/** The id of the subject's incident; of a long name the beginning and a hash. */
export function incidentId({ kind, name }: Subject): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= MAX_NAME_BYTES) return PREFIX[kind] + name;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, HASH_DIGITS);
  // A character that is cut in two is left out.
  const beginning = bytes
    .subarray(0, MAX_NAME_BYTES)
    .toString()
    .replace(/\ufffd+$/, '');
  return `${PREFIX[kind]}${beginning}#${hash}`;
}

/** Whom an incident is about, by its id; of a long name the beginning and a hash. */
export function incidentSubject(workflowId: string): Subject | undefined {
  const kinds = Object.keys(PREFIX) as Subject['kind'][];
  const kind = kinds.find((each) => workflowId.startsWith(PREFIX[each]));
  return kind && { kind, name: workflowId.slice(PREFIX[kind].length) };
}
