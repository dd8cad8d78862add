/**
 * The branches of one MapReduce run: starts them, hears from them, and puts together what they tell.
 *
 * Sandbox code. Branches that read pages tell where the next one begins, so that it need not wait for their end.
 */
import { condition, defineSignal, isCancellation, setHandler, startChild } from '@temporalio/workflow';
import { versioningMemo } from '../versioning';
import type { BranchInput, BranchNews } from './branch-input';
import { mapReduceError } from './options';
import { OrderedFold } from './ordered-fold';
import type { BranchWork, Position } from './parts';
import { bytesOf, MAX_BRANCHES } from './plan';
import { reducerOf } from './reduce';
import { type ChildEvents, followChild } from './started-child';
import { type BranchReport, Tally } from './tally';
import { type Ended, inWindow, type Launched } from './window';

export interface BranchPart {
  /** From 0. */
  readonly branch: number;
  readonly work: BranchWork;
}

export class BranchTree {
  readonly tally = new Tally();
  readonly #input: Omit<BranchInput, 'branch' | 'work'>;
  readonly #fold: OrderedFold<unknown>;
  /** Run ids of the branches that have started. */
  readonly #runIds = new Map<number, string>();
  /** By run id. */
  readonly #news = new Map<string, BranchNews>();

  /** @param input what all branches are told */
  constructor(input: Omit<BranchInput, 'branch' | 'work'>) {
    this.#input = input;
    this.#fold = new OrderedFold(reducerOf(input.reduce));
  }

  get result(): { readonly value: unknown } | undefined {
    return this.#fold.result;
  }

  /** Runs a branch for each part, at most `parallel` at the same time; ends when all of them have ended. */
  async run(parts: AsyncIterable<BranchPart> | Iterable<BranchPart>, parallel: number): Promise<void> {
    const news = defineSignal<[BranchNews]>(this.#input.signal);
    setHandler(news, (told) => this.#hear(told));
    try {
      await inWindow(parts, parallel, (part, ended) => this.#launch(part, ended));
    } finally {
      setHandler(news, undefined);
    }
  }

  /** A part as soon as the branch before has told where its pages ended. */
  async *pagedParts(): AsyncGenerator<BranchPart> {
    let position: Position | undefined = { skip: 0 };
    for (let branch = 0, index = 0; position !== undefined; branch++) {
      if (branch === MAX_BRANCHES)
        throw mapReduceError(
          `option 'shardSize': more than ${MAX_BRANCHES} branches are needed: make it larger`,
        );
      yield { branch, work: { index, position } };
      await condition(() => this.#newsOf(branch)?.read !== undefined);
      const read: BranchNews['read'] = this.#newsOf(branch)?.read;
      index += read?.shards ?? 0;
      position = read?.next;
    }
  }

  #launch({ branch, work }: BranchPart, ended: Ended): Launched {
    const input: BranchInput = { ...this.#input, branch, work };
    const started = startChild('mapReduceBranch', {
      workflowId: `${input.prefix}branch-${branch}`,
      args: [input],
      ...versioningMemo(),
    });
    const events: ChildEvents = {
      onStart: (firstRunId) => this.#runIds.set(branch, firstRunId),
      onResult: (report) => this.#ended(branch, report as BranchReport),
      onError: (error) => {
        const report = this.#newsOf(branch)?.report;
        this.#ended(branch, report);
        // A branch that a person has stopped takes only its own shards along, unless only it could tell what follows.
        if (!isCancellation(error) || report === undefined) throw error;
      },
    };
    return { started, bytes: bytesOf(input), cancel: followChild(started, events, ended) };
  }

  #ended(branch: number, report: BranchReport | undefined): void {
    if (report && this.#input.pages) this.tally.planned(report.shards);
    if (report) this.tally.add(report);
    this.#fold.set(branch, report?.result);
  }

  #hear(news: BranchNews): void {
    this.#news.set(news.runId, { ...this.#news.get(news.runId), ...news });
  }

  #newsOf(branch: number): BranchNews | undefined {
    return this.#news.get(this.#runIds.get(branch) ?? '');
  }
}
