/**
 * Limits what the plugin adds to a run's messages to the server: headers of calls, attributes of children.
 *
 * Sandbox code. A message or a history that the server accepts without the plugin must be accepted with it,
 * however many calls a run makes and whatever baggage it was started with. So the more has been sent, the
 * less each further call carries. Only the run's own calls count, so the result is the same on replay.
 */
import { formatBaggage, mergeBaggage } from '../../core/baggage';
import type { TraceHeader } from '../../core/trace-header';
import type { Run } from './run';

/**
 * Load of a call's header: everything; the span with only the job's own baggage; the span without baggage and
 * metadata; or no header.
 */
export type Load = 'all' | 'own' | 'bare' | 'none';

const KB = 1_024;
const MB = 1_024 * KB;
/**
 * The loads with the sums of bytes up to which a call has them, in a workflow task's message (of 4 MB) and in
 * the history (of 50 MB). Even with as many calls as a history can hold, a run without baggage of its own
 * stays below the first line.
 */
const LOADS: readonly { readonly load: Load; readonly task: number; readonly run: number }[] = [
  { load: 'all', task: 512 * KB, run: 8 * MB },
  { load: 'own', task: 1 * MB, run: 12 * MB },
  { load: 'bare', task: 2.5 * MB, run: 16 * MB },
];

/** The plugin's share of one run's messages. */
export class Allowance {
  /** Whether any call has carried less than everything, and whether that was reported. */
  #reduction: 'none' | 'new' | 'reported' = 'none';
  /** The current workflow task; it may have several activations, whose commands are sent in one message. */
  #task = 0;
  #bytesOfTask = 0;
  #bytesOfRun = 0;
  /** Bytes of the commands in the current task's message, including the plugin's additions. */
  #messageBytes = 0;

  /** Whether the plugin has added anything in the current task. */
  get isUsed(): boolean {
    return this.#bytesOfTask > 0;
  }

  /** Begins an activation. @param task history length, which identifies the workflow task */
  begin(task: number): void {
    if (task === this.#task) return;
    this.#task = task;
    this.#bytesOfTask = 0;
    this.#messageBytes = 0;
  }

  /** Adds bytes and returns the new size of the current task's message. */
  send(bytes: number): number {
    this.#messageBytes += bytes;
    return this.#messageBytes;
  }

  /** Returns whether the first call has carried less than everything since the last call; true at most once. */
  takeReduction(): boolean {
    const isNew = this.#reduction === 'new';
    if (isNew) this.#reduction = 'reported';
    return isNew;
  }

  /**
   * Returns the load of the next call.
   *
   * @param isNeeded whether the call must have a header, since the receiver determines its kind by it
   */
  load(isNeeded = false): Load {
    const found = LOADS.find(({ task, run }) => this.#bytesOfTask < task && this.#bytesOfRun < run);
    const load = found?.load ?? (isNeeded ? 'bare' : 'none');
    if (load !== 'all' && this.#reduction === 'none') this.#reduction = 'new';
    return load;
  }

  /** Adds bytes of the plugin. */
  add(bytes: number): void {
    this.#bytesOfTask += bytes;
    this.#bytesOfRun += bytes;
  }
}

/** Returns the header reduced to the load. */
export function reduced(
  { span, jobHeader }: TraceHeader,
  load: 'own' | 'bare',
  { jobBaggage }: Run,
): TraceHeader {
  if (load === 'own') return { span, jobHeader, baggage: formatBaggage(mergeBaggage(jobBaggage, new Map())) };
  return { span, jobHeader: jobHeader && { ...jobHeader, facts: undefined } };
}
