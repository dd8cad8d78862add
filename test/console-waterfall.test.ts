/** The visible rows of the console's waterfall and their places: folding, groups, filters, zoom, folded gaps. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FOLD_WIDTH, makeScale } from '../console/page/waterfall/scale';
import { innermostErrors, shownRows, slowestRow, type ViewOptions } from '../console/page/waterfall/view';
import type { Timeline, TimelineRow } from '../console/types';

/**
 * Parses the rows of an indented tree: `name`, with `!` for an error, `*` for a group, `+n` for children that are cut
 * off.
 */
function timeline(tree: string): Timeline {
  const lines = tree.split('\n').filter((line) => line.trim() !== '');
  const margin = lines[0]?.search(/\S/) ?? 0;
  const depths = lines.map((line) => (line.search(/\S/) - margin) / 2);
  const rows = lines.map((line, index): TimelineRow => {
    const depth = depths[index] ?? 0;
    const end = depths.findIndex((other, at) => at > index && other <= depth);
    const [, name = '', flags = ''] = /^\s*([\w-]+)(.*)$/.exec(line) ?? [];
    return {
      id: name,
      name,
      parent: depths.slice(0, index).lastIndexOf(depth - 1),
      depth,
      below: (end < 0 ? lines.length : end) - index - 1,
      more: Number(/\+(\d+)/.exec(flags)?.[1] ?? 0),
      kind: flags.includes('*') ? 'group' : 'operation',
      service: 0,
      startMs: index,
      durationMs: 1,
      isOpen: false,
      hasError: flags.includes('!'),
      parts: [],
      critical: [],
      marks: [],
      from: 'spans',
    };
  });
  return {
    startedAt: 0,
    durationMs: rows.length,
    asOfAt: 0,
    services: ['worker'],
    rows,
    folds: [],
    cut: 0,
    spanCount: rows.length,
    errorCount: 0,
  };
}

function visibleRows(run: Timeline, options: Partial<ViewOptions> = {}): string[] {
  const all: ViewOptions = {
    isUngrouped: false,
    toggled: new Set(),
    onlyFailed: false,
    find: '',
    ...options,
  };
  return shownRows(run, all).map(
    ({ row, depth, more }) => `${'  '.repeat(depth)}${more === undefined ? row.name : `+ ${more} more`}`,
  );
}

const RUN = timeline(`
  run!
    load
      query
    calls* +2
      call-1
        sql
      call-2!
    save
`);

describe('the visible rows', () => {
  it('have groups folded at first, and all others open', () => {
    deepEqual(visibleRows(RUN), ['run', '  load', '    query', '  calls', '  save']);
  });

  it('follow what the user has toggled, with a line where rows were cut off', () => {
    deepEqual(visibleRows(RUN, { toggled: new Set(['calls', 'load']) }), [
      'run',
      '  load',
      '  calls',
      '    call-1',
      '      sql',
      '    call-2',
      '    + 2 more',
      '  save',
    ]);
  });

  it('leave out groups without grouping, and their members take their depth', () => {
    deepEqual(
      visibleRows(RUN, { isUngrouped: true }),
      ['run', '  load', '    query', '  call-1', '    sql', '  call-2', '    + 2 more', '  save'].map(
        (line) => (line === '    + 2 more' ? '  + 2 more' : line),
      ),
    );
  });

  it('include a selected row, even below a folded one', () => {
    deepEqual(visibleRows(RUN, { selected: 'sql' }).slice(3, 6), ['  calls', '    call-1', '      sql']);
  });

  it('show matches and failures with all ancestors, and open groups', () => {
    deepEqual(visibleRows(RUN, { find: 'sql' }), ['run', '  calls', '    call-1', '      sql']);
    deepEqual(visibleRows(timeline('run!\n  a\n  b!\n    c!\n  d'), { onlyFailed: true }), [
      'run',
      '  b',
      '    c',
    ]);
    deepEqual(visibleRows(RUN, { find: 'nothing' }), []);
  });

  it('zoom to a row and its descendants; an unknown row has no effect', () => {
    deepEqual(visibleRows(RUN, { zoom: 'load' }), ['load', '  query']);
    equal(visibleRows(RUN, { zoom: 'gone' }).length, 5);
  });

  it('have a first error, and a slowest row by its own time on the critical path', () => {
    deepEqual(
      innermostErrors(timeline('run!\n  a!\n    b!\n  c!\n  d')).map(({ id }) => id),
      ['b', 'c'],
    );
    const rows = RUN.rows.map((row) =>
      row.id === 'query' ? { ...row, critical: [{ startMs: 0, durationMs: 5 }] } : { ...row, durationMs: 9 },
    );
    equal(slowestRow({ ...RUN, rows })?.id, 'query');
    equal(slowestRow(timeline(''))?.id, undefined);
  });

  it('are computed fast for 10,000 rows', () => {
    const large = timeline(
      `run\n${Array.from({ length: 10_000 }, (_, index) => `  call-${index}`).join('\n')}`,
    );
    const before = performance.now();
    equal(visibleRows(large).length, 10_001);
    // Takes milliseconds; an algorithm of quadratic time takes minutes.
    ok(performance.now() - before < 10_000);
  });
});

describe('the scale of time', () => {
  const folds = [{ startMs: 100, durationMs: 9_800, text: '9.8 s: timer' }];

  it('draws a gap narrow, and keeps the order of time', () => {
    const scale = makeScale({ startMs: 0, durationMs: 10_000 }, folds, 1_076);
    equal(Math.round(scale.x(9_900) - scale.x(100)), FOLD_WIDTH);
    deepEqual(
      [0, 10_000].map((ms) => Math.round(scale.x(ms))),
      [0, scale.width],
    );
    const places = [0, 50, 100, 5_000, 9_900, 9_950, 10_000].map(scale.x);
    deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
    equal(scale.folds.length, 1);
  });

  it('places times outside of a zoom at its ends, and does not fold half a gap', () => {
    const scale = makeScale({ startMs: 200, durationMs: 300 }, folds, 1_076);
    deepEqual([scale.x(0), scale.x(20_000)], [0, scale.width]);
    equal(scale.folds.length, 0);
  });

  it('does not fold a gap that is all there is', () => {
    const scale = makeScale(
      { startMs: 200, durationMs: 300 },
      [{ startMs: 200, durationMs: 300, text: 'x' }],
      1_076,
    );
    equal(scale.folds.length, 0);
    deepEqual([scale.x(200), scale.x(500)], [0, scale.width]);
    ok(scale.ticks.length > 0);
  });

  it('has a width for a run that took no time', () => {
    const scale = makeScale({ startMs: 0, durationMs: 0 }, [], 1_076);
    ok(Number.isFinite(scale.x(0)));
    ok(scale.ticks.length < 100);
  });
});
