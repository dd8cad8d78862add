/**
 * How much the plugin adds to what a run sends to the server: headers of calls, attributes of children.
 *
 * Sandbox code. A message, and a history, that the server takes without the plugin must be taken with it, however many
 * calls a run makes and whatever baggage it was started with: the more there was, the less a further call carries.
 * Nothing but the run's own calls counts, so it is the same on replay.
 */
import { formatBaggage, mergeBaggage } from '../../core/baggage';
import type { JobPart, TraceHeader } from '../../core/trace-header';
import type { Run } from './run';

/** What a call carries: all, no baggage but the job's own, the span and what the receiver is, nothing. */
export type Load = 'all' | 'own' | 'bare' | 'none';

const KB = 1_024;
const MB = 1_024 * KB;
/**
 * Up to what sum a call has this load, in the message of a workflow task (4 MB) and in the history (50 MB). A run with
 * as many calls as a history holds stays below the first line, unless it has baggage of its own.
 */
const LOADS: readonly { readonly load: Load; readonly task: number; readonly run: number }[] = [
  { load: 'all', task: 512 * KB, run: 8 * MB },
  { load: 'own', task: 1 * MB, run: 12 * MB },
  { load: 'bare', task: 2.5 * MB, run: 16 * MB },
];

export class Allowance {
  #cut: 'no' | 'now' | 'said' = 'no';
  /** Which workflow task it is: it may have several activations, whose commands are one message. */
  #task = 0;
  #bytesOfTask = 0;
  #bytesOfRun = 0;
  /** Of the commands in the present task's message, with what was added to them. */
  #messageBytes = 0;

  /** Whether anything was added in the present task. */
  get isUsed(): boolean {
    return this.#bytesOfTask > 0;
  }

  /** @param task the length of the history, which tells tasks apart */
  begin(task: number): void {
    if (task === this.#task) return;
    this.#task = task;
    this.#bytesOfTask = 0;
    this.#messageBytes = 0;
  }

  /** @returns the bytes of the present task's message with these */
  send(bytes: number): number {
    this.#messageBytes += bytes;
    return this.#messageBytes;
  }

  /** Whether a call has carried less than all; true once. */
  takeCut(): boolean {
    const isNow = this.#cut === 'now';
    if (isNow) this.#cut = 'said';
    return isNow;
  }

  /**
   * What the next call may carry.
   *
   * @param isNeeded it carries at least what the receiver is
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

/** A header of `run` that carries less. */
export function reduced({ span, part }: TraceHeader, load: 'own' | 'bare', { jobBaggage }: Run): TraceHeader {
  if (load === 'own') return { span, part, baggage: formatBaggage(mergeBaggage(jobBaggage, new Map())) };
  return { span, part: part && withoutFacts(part) };
}

function withoutFacts(part: JobPart): JobPart {
  return { ...part, facts: undefined };
}
