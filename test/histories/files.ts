/**
 * The recorded histories as files: a folder for each version, with a manifest and one file per
 * `temporal.api.history.v1.History` message. (The SDK cannot read JSON histories where two copies of protobufjs are
 * installed.) Its folder `alerts/` has the same for the alert workflows, which are in another bundle.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { temporal } from '@temporalio/proto';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { markersOf, type RecordedRun } from '../support/histories';

const ROOT = path.join(__dirname, '../../../test/histories');
const { History } = temporal.api.history.v1;
const MANIFEST = 'manifest.json';
const ALERTS = 'alerts';
/** Identity of clients and workers, in place of the process id and host name. */
export const IDENTITY = 'recorder';

/** The two parts of a version: runs of jobs, and alert workflows. */
export type Part = 'runs' | typeof ALERTS;

/** The entry of a history in the manifest. */
export interface ManifestEntry {
  /** Path, relative to the folder of the version. */
  readonly file: string;
  /** Kind of the run. */
  readonly kind: string;
  readonly workflowType: string;
  /** The worker's options of the plugin; `null`: without it. */
  readonly plugin: JobTracingOptions | null;
  /** The bundle's options of the plugin, if they are not the worker's. */
  readonly bundle?: JobTracingOptions | null;
  /** The plugin's markers in the history, without their prefix. */
  readonly markers: readonly string[];
}

/** A recorded history to replay. */
export interface StoredHistory extends ManifestEntry {
  /** `version/file`. */
  readonly name: string;
  readonly version: string;
  /** The run's workflow id. */
  readonly workflowId: string;
  readonly history: temporal.api.history.v1.History;
}

function folderOf(version: string, part: Part): string {
  return part === ALERTS ? path.join(ROOT, version, ALERTS) : path.join(ROOT, version);
}

/** Returns the versions that have this part, from the oldest to the newest. */
export function recordedVersions(part: Part = 'runs'): string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(folderOf(entry.name, part), MANIFEST)))
    .map(({ name }) => name)
    .sort(byAge);
}

/** Compares two versions by their numbers; a pre-release comes before its release. */
export function byAge(a: string, b: string): number {
  const [[releaseA = '', preA], [releaseB = '', preB]] = [a.split('-'), b.split('-')];
  const { compare } = new Intl.Collator('en', { numeric: true });
  const isRelease = (pre: string | undefined) => Number(pre === undefined);
  return compare(releaseA, releaseB) || isRelease(preA) - isRelease(preB) || compare(preA ?? '', preB ?? '');
}

/** Returns the paths of the history files in the folder of this part. */
export function filesOf(version: string, part: Part = 'runs'): string[] {
  return readdirSync(folderOf(version, part), { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => file.endsWith('.binpb') && (part === ALERTS || !file.startsWith(`${ALERTS}${path.sep}`)),
    )
    .sort();
}

export function readHistories(version: string, part: Part = 'runs'): StoredHistory[] {
  const folder = folderOf(version, part);
  const manifest = JSON.parse(readFileSync(path.join(folder, MANIFEST), 'utf8')) as ManifestEntry[];
  return manifest.map((entry) => {
    const history = History.decode(readFileSync(path.join(folder, entry.file)));
    const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
    return { ...entry, name: `${version}/${entry.file}`, version, workflowId, history };
  });
}

/**
 * Writes the histories of one part of a version, and their manifest.
 *
 * @param secrets strings that no file may contain, such as the host name
 * @throws {Error} with the name of the first file that would contain one, before anything is written
 */
export function writeHistories(
  version: string,
  part: Part,
  histories: readonly (Omit<ManifestEntry, 'workflowType' | 'markers'> & { readonly run: RecordedRun })[],
  secrets: readonly string[],
): void {
  const files = histories.map(({ file, run }) => ({ file, bytes: encode(run.history) }));
  for (const { file, bytes } of files) {
    const secret = secrets.find((value) => Buffer.from(bytes).includes(value));
    if (secret !== undefined) throw new Error(`${file} would hold ${secret}, which is this machine's.`);
  }
  const folder = folderOf(version, part);
  for (const { file, bytes } of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), bytes);
  }
  const manifest = histories.map(({ run: { history }, ...entry }): ManifestEntry => {
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    return { ...entry, workflowType: started?.workflowType?.name ?? '', markers: markersOf(history) };
  });
  writeFileSync(path.join(folder, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/**
 * Encodes the message without stack traces, identities and sticky task queues, which name the machine. Replays ignore
 * them.
 */
function encode(history: temporal.api.history.v1.IHistory): Uint8Array {
  const copy = History.decode(History.encode(history).finish());
  clearMachine(copy);
  return History.encode(copy).finish();
}

function clearMachine(message: object): void {
  for (const [name, part] of Object.entries(message)) {
    if (name === 'stackTrace') Object.assign(message, { [name]: '' });
    else if (typeof part === 'string' && part.includes(`@${hostname()}`))
      Object.assign(message, { [name]: IDENTITY });
    else if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part)) clearMachine(part);
  }
}
