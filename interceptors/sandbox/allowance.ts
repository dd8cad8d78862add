/**
 * How much the plugin adds to what a run sends to the server: headers of calls, attributes of children.
 *
 * Sandbox code. A message or a history that the server accepts without the plugin must be accepted with it,
 * however many calls a run makes and whatever baggage it was started with: so the more has been sent, the
 * less each further call carries. Only the run's own calls count, so the result is the same on replay.
 */
import { formatBaggage, mergeBaggage } from '../../core/baggage';
import type { JobPart, TraceHeader } from '../../core/trace-header';
import type { Run } from './run';

/**
 * What a call carries: everything; only the job's own baggage; only the span and the receiver's kind; or
 * nothing.
 */
export type Load = 'all' | 'own' | 'bare' | 'none';

const KB = 1_024;
const MB = 1_024 * KB;
/**
 * The loads with the sums of bytes up to which a call has them, in a workflow task's message (4 MB) and in
 * the history (50 MB). Even with as many calls as a history can hold, a run without baggage of its own stays
 * below the first line.
 */
const LOADS: readonly { readonly load: Load; readonly task: number; readonly run: number }[] = [
  { load: 'all', task: 512 * KB, run: 8 * MB },
  { load: 'own', task: 1 * MB, run: 12 * MB },
  { load: 'bare', task: 2.5 * MB, run: 16 * MB },
];

export class Allowance {
  #cut: 'no' | 'now' | 'said' = 'no';
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

  /** Returns whether a call has carried less than everything, and resets it: true at most once. */
  takeCut(): boolean {
    const isNow = this.#cut === 'now';
    if (isNow) this.#cut = 'said';
    return isNow;
  }

  /**
   * Returns what the next call may carry.
   *
   * @param isNeeded whether the call must carry at least the receiver's kind
   */
  load(isNeeded = false): Load {
    const found = LOADS.find(({ task, run }) => this.#bytesOfTask < task && this.#bytesOfRun < run);
    const load = found?.load ?? (isNeeded ? 'bare' : 'none');
    if (load !== 'all' && this.#cut === 'no') this.#cut = 'now';
    return load;
  }

  add(bytes: number): void {
    this.#bytesOfTask += bytes;
    this.#bytesOfRun += bytes;
  }
}

/** Returns the header reduced to the load. */
export function reduced({ span, part }: TraceHeader, load: 'own' | 'bare', { jobBaggage }: Run): TraceHeader {
  if (load === 'own') return { span, part, baggage: formatBaggage(mergeBaggage(jobBaggage, new Map())) };
  return { span, part: part && withoutFacts(part) };
}

function withoutFacts(part: JobPart): JobPart {
  return { ...part, facts: undefined };
}
