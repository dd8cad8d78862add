/** The sentence about a run that did not succeed, or has not begun: how it ended, and nothing that only success has. */
import { equal, match, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addsUp, nightly, sentence, usualRuns } from './support/sentences';
import { type Operation, syntheticRun } from './support/synthetic-runs';

describe('the sentence about a run without success', () => {
  const before = usualRuns(nightly());

  it('names how a run ended that did not succeed, and never calls it faster', () => {
    const [find] = nightly().calls ?? [];
    const early = syntheticRun({ ...nightly(), calls: [{ ...find, hasError: true } as Operation] });
    const endings = [
      ['failure', 'Failed after'],
      ['timeout', 'Timed out after'],
      ['cancellation', 'Cancelled after'],
      ['termination', 'Terminated after'],
      ['continued', 'Continued as new after'],
      ['unknown', 'Ended, with an unknown result, after'],
    ] as const;
    for (const [state, words] of endings) {
      const short = sentence(early, before, { state });
      match(short.text, new RegExp(`^${words} 105 ms; successful runs usually take 4(\\.\\d+)? s\\.$`));
      equal(short.state, 'unsuccessful');
      ok(short.table.some(({ operation, isGone }) => operation === 'saveUsers' && isGone));
      const usual = sentence(syntheticRun(nightly()), before, { state });
      match(usual.text, new RegExp(`^${words} 4\\.\\d+ s; successful runs usually take 4(\\.\\d+)? s\\.$`));
      equal(usual.state, 'unsuccessful');
      match(sentence(early, [], { state }).text, new RegExp(`^${words} 105 ms\\. No successful run`));
    }
    equal(sentence(early, before).state, 'different');
  });

  it('names what made a failed run slow, but not what it did not reach', () => {
    const run = nightly();
    const [find] = run.calls ?? [];
    const slow = { ...find, ownMs: 20_000, hasError: true } as Operation;
    const result = sentence(syntheticRun({ ...run, calls: [slow] }), before, { state: 'failure' });
    match(
      result.text,
      /^Failed after 20\.1 s; successful runs usually take 4(\.\d+)? s\. [^.]*of the difference: findUsers \(20 s, usually [^.]+\)\.$/,
    );
    equal(result.state, 'different');
    addsUp(result);
  });

  it('does not give a duration to a run that has not begun', () => {
    const waiting = { state: 'running', hasBegun: false } as const;
    match(
      sentence(syntheticRun({ name: 'nightlyJob' }), before, waiting).text,
      /^Not started yet, usually 4/,
    );
  });
});
