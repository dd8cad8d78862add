/**
 * Profiles of runs to compare with, from the index, or measured once from their histories and spans.
 */
import { BoundedMap } from '../../../core/util/bounded-map';
import type { RunSummary } from '../../store/index';
import { readEvents } from '../../temporal/read-history';
import { hasShards } from '../../temporal/shards';
import { readHistory } from '../../timeline/history';
import { measure, type Profile } from '../../timeline/profile';
import { runTree } from '../../timeline/run-timeline';
import type { ConsoleData, NamespaceData } from '../console-data';

/** How long after its end spans of a run may still arrive, in milliseconds. */
const SPANS_LATE_MS = 60_000;
const MAX_REMEMBERED = 2_000;

/** A stored profile; one of another version is measured again. */
interface Stored {
  readonly version: 1;
  readonly profile: Profile;
}

export class ProfileReader {
  readonly #data: ConsoleData;
  readonly #known = new BoundedMap<string, Profile>(MAX_REMEMBERED);

  constructor(data: ConsoleData) {
    this.#data = data;
  }

  /**
   * Returns the profile of a closed run; `undefined` if Temporal no longer has its history. Never rejects.
   */
  async profileOf(run: RunSummary, namespace: NamespaceData): Promise<Profile | undefined> {
    const known = this.#known.get(run.runId);
    if (known) return known;
    try {
      await this.#readStored(run);
      return this.#known.get(run.runId) ?? (await this.#measure(run, namespace));
    } catch {
      return undefined;
    }
  }

  async #readStored(run: RunSummary): Promise<void> {
    for (const { runId, profile } of await this.#data.index.profiles<Stored>(run))
      if (profile.version === 1) this.#known.set(runId, profile.profile);
  }

  async #measure(run: RunSummary, namespace: NamespaceData): Promise<Profile | undefined> {
    const { events, isCut } = await readEvents(namespace.calls, run);
    const history = readHistory({ workflowType: run.workflowType, events, nowMs: run.closedAt, isCut });
    if (!history) return undefined;
    const trace = await this.#data.traces.trace(run.traceId).catch(() => undefined);
    const shards = hasShards(events) ? await namespace.shards.read(run.runId, run.closedAt) : undefined;
    const tree = runTree({
      runId: run.runId,
      history,
      trace,
      shards: shards?.shards ?? [],
      nowMs: run.closedAt,
    });
    const { profile } = measure(tree);
    const mayGrow = profile.from === 'history' && Date.now() - run.closedAt < SPANS_LATE_MS;
    if (mayGrow) return profile;
    this.#known.set(run.runId, profile);
    const stored: Stored = { version: 1, profile };
    await this.#data.index.putProfile(run, { runId: run.runId, closedAt: run.closedAt, profile: stored });
    return profile;
  }
}
