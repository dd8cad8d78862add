/** The sentence about a run, for synthetic runs: it names the cause of a difference, and none if there is none. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Item } from '../console/timeline/item';
import { addsUp, nightly, SERVICE, sentence, usualRuns } from './support/sentences';
import { type Operation, randomFrom, syntheticRun } from './support/synthetic-runs';

describe('the sentence', () => {
  const before = usualRuns(nightly());

  it('names a slow operation, its service and its share', () => {
    const result = sentence(syntheticRun(nightly({ save: { ownMs: 14_900 } })), before);
    match(
      result.text,
      /^15\.2 s, usually 4\.\d+ s\. (99|100) % of the difference: userInfoSave in ServiceApplication \(14\.9 s, usually 3\.\d+ s\)\.$/,
    );
    equal(result.state, 'different');
    const [first] = result.table;
    deepEqual([first?.service, first?.operation, first?.isNew], [SERVICE, 'userInfoSave', false]);
    deepEqual(first?.path, ['nightlyJob', 'saveUsers', 'PUT /users/#', 'userInfoSave']);
    ok(
      result.parts.some(
        ({ as, row, text }) => as === 'operation' && row === first?.row && text === 'userInfoSave',
      ),
    );
    addsUp(result);
  });

  it('names a call that was added', () => {
    const added = { name: 'audit', service: SERVICE, ownMs: 5_000 };
    const result = sentence(syntheticRun(nightly({ summarise: { calls: [added] } })), before);
    match(result.text, /(9\d|100) % of the difference: audit in ServiceApplication \(5 s, new\)\.$/);
    addsUp(result);
  });

  it('shows the calls of a loop that went from 10 to 1,000', () => {
    const loop = (count: number): Operation => ({
      name: 'import',
      calls: [
        {
          name: 'load',
          calls: Array.from({ length: count }, (_, n) => ({
            name: `GET /orders/${n}`,
            service: 'Shop',
            ownMs: 8,
          })),
        },
      ],
    });
    const result = sentence(syntheticRun(loop(1_000)), usualRuns(loop(10)));
    match(
      result.text,
      /100 % of the difference: GET \/orders\/# in Shop \(1,000 calls, usually 10; 8 s, usually \d+ ms\)\.$/,
    );
    addsUp(result);
  });

  it('names the wait for a worker, wherever it was', () => {
    const run = nightly();
    const [find, summarise, save] = run.calls ?? [];
    const queued = [{ ...find, waitsMs: 4_000 }, { ...summarise, waitsMs: 5_000 }, save] as Operation[];
    const result = sentence(syntheticRun({ ...run, calls: queued }), before);
    match(result.text, /99 % of the difference: waiting for a worker \(9\.\d+ s, usually \d+ ms\)\.$/);
    addsUp(result);
  });

  it('names retries with their back-off', () => {
    const run = nightly();
    const [find, ...others] = run.calls ?? [];
    const result = sentence(
      syntheticRun({ ...run, calls: [{ ...find, retriesMs: 7_000 } as Operation, ...others] }),
      before,
    );
    match(result.text, /99 % of the difference: retries: failed attempts and back-off \(7 s, new\)\.$/);
    addsUp(result);
  });

  it('does not report more parallel branches of the same duration', () => {
    const branches = (count: number): Operation => ({
      name: 'fanOut',
      isParallel: true,
      calls: Array.from({ length: count }, () => ({ name: 'branch', ownMs: 2_000 })),
    });
    const result = sentence(syntheticRun(branches(40)), usualRuns(branches(8)));
    equal(result.state, 'usual');
    match(result.text, /^2 s, usually 2(\.\d+)? s\.$/);
  });

  it('counts parallel branches once: shares stay within the whole', () => {
    const branches = (slowMs: number): Operation => ({
      name: 'fanOut',
      isParallel: true,
      calls: Array.from({ length: 30 }, (_, n) => ({
        name: n === 7 ? 'slow branch' : 'branch',
        ownMs: n === 7 ? slowMs : 2_000,
      })),
    });
    const result = sentence(syntheticRun(branches(9_000)), usualRuns(branches(1_000)));
    addsUp(result);
    ok(
      result.table.every(({ share }) => Math.abs(share) < 2),
      JSON.stringify(result.table),
    );
    match(result.text, /slow branch/);
  });

  it('counts the time of lost spans to their nearest parent, and names them as missing', () => {
    const lost = nightly({ save: { ownMs: 14_900 } });
    const [find, summarise] = lost.calls ?? [];
    const result = sentence(
      syntheticRun({
        ...lost,
        calls: [find, summarise, { name: 'saveUsers', waitsMs: 5, ownMs: 14_910 }] as Operation[],
      }),
      before,
    );
    match(
      result.text,
      /(99|100) % of the difference: saveUsers \(14\.9 s, usually 3\.\d+ s\)\. Missing from this run: PUT \/users\/# in ServiceApplication \(usually \d+ ms\)\.$/,
    );
    deepEqual(
      result.table.filter(({ isGone }) => isGone).map(({ operation }) => operation),
      ['userInfoSave', 'PUT /users/#'],
    );
    addsUp(result);
  });

  it('names several paths if none has half of the difference', () => {
    const run = nightly({ save: { ownMs: 6_000 }, summarise: { ownMs: 2_300 } });
    const [find, ...others] = run.calls ?? [];
    const result = sentence(
      syntheticRun({ ...run, calls: [{ ...find, waitsMs: 2_200 } as Operation, ...others] }),
      before,
    );
    match(
      result.text,
      /The difference is mixed: userInfoSave 3\d %, waiting for a worker 3\d %, POST \/orders 3\d %\.$/,
    );
  });

  it('does not call the slower half of a bimodal job slow', () => {
    const full = usualRuns(nightly({ save: { ownMs: 40_000 } }), 10, 2);
    const result = sentence(syntheticRun(nightly({ save: { ownMs: 40_500 } })), [
      ...usualRuns(nightly(), 11, 3),
      ...full,
    ]);
    equal(result.state, 'usual', result.text);
  });

  it('names the shards of a MapReduce run, and how many were slow', () => {
    const job = (slow: number): Operation => ({
      name: 'migrateAccounts',
      calls: [
        {
          name: 'mapReduceBranch',
          kind: 'child',
          calls: Array.from({ length: 200 }, (_, n) => ({
            name: 'migrateShard',
            kind: 'child',
            ownMs: n < slow ? 4_000 : 50,
          })),
        },
      ],
    });
    const result = sentence(syntheticRun(job(9)), usualRuns(job(0)));
    match(
      result.text,
      /100 % of the difference: migrateShard \(45\.5 s, usually 10(\.\d)? s\): 9 of 200 shards slower than usual\.$/,
    );
  });

  it('reports too few runs, with the remedy', () => {
    const result = sentence(syntheticRun(nightly()), before.slice(0, 4));
    equal(result.state, 'too-few');
    match(result.text, /^4\.08 s\. Only 4 successful runs to compare with, and 5 are needed: /);
    match(sentence(syntheticRun(nightly()), []).text, /No successful run to compare with, and 5/);
  });

  it('reports an open run only as longer, not as shorter', () => {
    const short = sentence(syntheticRun(nightly({ save: { ownMs: 500 } })), before, { state: 'running' });
    match(short.text, /^Running for \d+ ms, usually 4\.\d+ s\.$/);
    const long = sentence(syntheticRun(nightly({ save: { ownMs: 20_000 } })), before, { state: 'running' });
    match(long.text, /^Running for 20\.3 s, usually .*: userInfoSave in/);
    equal(long.state, 'running');
  });

  it('compares histories if the usual runs have no spans', () => {
    const bare = (run: Item): Item => ({
      ...run,
      from: 'history',
      children: run.children.map((child) => ({ ...child, from: 'history', children: [] })),
    });
    const result = sentence(syntheticRun(nightly({ save: { ownMs: 14_900 } })), before.map(bare));
    equal(result.from, 'history');
    match(result.text, /(99|100) % of the difference: saveUsers \(14\.9 s, usually 3\.\d+ s\)\.$/);
    addsUp(result);
  });

  it('reports no difference for 300 of 300 unchanged runs', () => {
    const random = randomFrom(42);
    const jitter = (ms: number) => ms * (0.96 + random() * 0.08);
    const result = Array.from({ length: 300 }, () => sentence(syntheticRun(nightly(), jitter), before));
    deepEqual(
      result.filter(({ state }) => state !== 'usual').map(({ text }) => text),
      [],
    );
  });
});
