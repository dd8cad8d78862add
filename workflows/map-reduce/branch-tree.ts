/**
 * The branches of one call of `mapReduce`: starts them, receives their signals, and combines their reports.
 *
 * Sandbox code. A branch that reads pages signals where the next one begins, so that the next one starts without
 * waiting for its end.
 */
import { condition, defineSignal, isCancellation, setHandler, startChild } from '@temporalio/workflow';
import { versioningMemo } from '../versioning';
import { BRANCH_TYPE, type BranchInput, type BranchSignal } from './branch-input';
import { type ChildEvents, followChild } from './follow-child';
import { mapReduceError } from './options';
import { OrderedFold } from './ordered-fold';
import type { BranchWork, Position } from './parts';
import { bytesOf, MAX_BRANCHES } from './plan';
import { reducerOf } from './reduce';
import { type BranchReport, Tally } from './tally';
import { type OnChildEnd, runInWindow, type WindowChild } from './window';

export interface BranchPart {
  /** Index of the branch, from 0. */
  readonly branch: number;
  readonly work: BranchWork;
}

export class BranchTree {
  readonly tally = new Tally();
  readonly #input: Omit<BranchInput, 'branch' | 'work'>;
  readonly #fold: OrderedFold<unknown>;
  /** First run ids of the branches that have started, by branch index. */
  readonly #runIds = new Map<number, string>();
  /** Members of all signals of a branch so far, by the branch's first run id. */
  readonly #signals = new Map<string, BranchSignal>();

  /** @param input the part of the input that all branches share */
  constructor(input: Omit<BranchInput, 'branch' | 'work'>) {
    this.#input = input;
    this.#fold = new OrderedFold(reducerOf(input.reduce));
  }

  /** Reduced result of the branches; `undefined` if there is none. */
  get result(): { readonly value: unknown } | undefined {
    return this.#fold.result;
  }

  /** Runs a branch for each part, at most `parallel` at the same time; resolves when all of them have ended. */
  async run(parts: AsyncIterable<BranchPart> | Iterable<BranchPart>, parallel: number): Promise<void> {
    const signal = defineSignal<[BranchSignal]>(this.#input.signal);
    setHandler(signal, (received) => this.#receive(received));
    try {
      await runInWindow(parts, parallel, (part, onEnd) => this.#startBranch(part, onEnd));
    } finally {
      setHandler(signal, undefined);
    }
  }

  /** Yields the part of each branch as soon as the branch before it has signalled where its pages ended. */
  async *pagedParts(): AsyncGenerator<BranchPart> {
    let position: Position | undefined = { skip: 0 };
    for (let branch = 0, index = 0; position !== undefined; branch++) {
      if (branch === MAX_BRANCHES)
        throw mapReduceError(
          `option 'shardSize': more than ${MAX_BRANCHES} branches are needed: make it larger`,
        );
      yield { branch, work: { index, position } };
      await condition(() => this.#signalOf(branch)?.read !== undefined);
      const read: BranchSignal['read'] = this.#signalOf(branch)?.read;
      index += read?.shards ?? 0;
      position = read?.next;
    }
  }

  #startBranch({ branch, work }: BranchPart, onEnd: OnChildEnd): WindowChild {
    const input: BranchInput = { ...this.#input, branch, work };
    const started = startChild(BRANCH_TYPE, {
      workflowId: `${input.prefix}branch-${branch}`,
      args: [input],
      ...versioningMemo(),
    });
    const events: ChildEvents = {
      onStart: (firstRunId) => this.#runIds.set(branch, firstRunId),
      onResult: (report) => this.#combine(branch, report as BranchReport),
      onError: (error) => {
        const report = this.#signalOf(branch)?.report;
        this.#combine(branch, report);
        // A branch that was cancelled by itself and has reported ends only its own shards. Without a report, the
        // number of its shards and the position of the next branch may be unknown.
        if (!isCancellation(error) || report === undefined) throw error;
      },
    };
    return { started, argumentBytes: bytesOf(input), cancel: followChild(started, events, onEnd) };
  }

  /** Adds the report of a branch that has ended to the tally and the result. */
  #combine(branch: number, report: BranchReport | undefined): void {
    // Without pages, all shards were planned before the first branch started.
    if (report && this.#input.pages) this.tally.addPlanned(report.shards);
    if (report) this.tally.addReport(report);
    this.#fold.set(branch, report?.result);
  }

  #receive(signal: BranchSignal): void {
    this.#signals.set(signal.runId, { ...this.#signals.get(signal.runId), ...signal });
  }

  #signalOf(branch: number): BranchSignal | undefined {
    return this.#signals.get(this.#runIds.get(branch) ?? '');
  }
}
